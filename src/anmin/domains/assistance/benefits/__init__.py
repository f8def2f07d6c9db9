"""The benefits of social assistance, a folder each."""
