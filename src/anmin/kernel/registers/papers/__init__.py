"""Papers of entries: a kind of paper names its register, and the entry's page offers it."""
