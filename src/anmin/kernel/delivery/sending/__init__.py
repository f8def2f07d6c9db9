"""What phones send: each thing once, however often it arrives."""
