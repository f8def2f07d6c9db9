"""Support for persons in extreme hardship (特困人员救助供养)."""
