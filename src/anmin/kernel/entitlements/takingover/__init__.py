"""Benefits decided by an older system begin here (在册待遇转入): each by a grant of its own that says whose it was, many at once."""
