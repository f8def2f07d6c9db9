"""Banks (代发银行): pay files out, answers back, each line once, and the reconciliation of roster, file and return."""
