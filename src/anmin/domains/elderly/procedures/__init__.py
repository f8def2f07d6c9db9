"""The ways that entries of elder care take from their first state to their last, a file for each register."""
