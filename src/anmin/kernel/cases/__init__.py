"""Cases (办件): procedures declared as data, steps that cannot be skipped, clocks, publicity and papers."""
