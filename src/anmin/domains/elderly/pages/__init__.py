"""Pages of elder care that the kit's own do not serve: the desk of the line, one person's page, the assessment, meals, reach."""
