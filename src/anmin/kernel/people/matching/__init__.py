"""Matching (人员比对): whether a row of one source and a row of another are the same person; it proposes, people decide."""
