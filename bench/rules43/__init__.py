"""The 43-rule set of `spec.md`, once for each side."""
