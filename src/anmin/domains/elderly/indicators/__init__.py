"""The figures of elder care, each counted from its list."""
