"""The registers of place names, a file each."""
