"""The frame of the phone's pages."""
