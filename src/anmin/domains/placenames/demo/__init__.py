"""Place names of the demonstration city, made through the same actions as real entries."""
