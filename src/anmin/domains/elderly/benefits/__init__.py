"""The benefits of this line of business, a folder each."""
