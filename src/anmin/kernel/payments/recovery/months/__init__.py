"""What of the months of a claim the family keeps."""
