"""Property (财产)."""
