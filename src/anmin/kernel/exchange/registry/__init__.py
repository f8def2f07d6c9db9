"""The register as partners see it: one person's status, and searches in the shape of an exchange standard."""
