"""Children (儿童)."""
