"""The registers of elder care, a file for each kind of thing."""
