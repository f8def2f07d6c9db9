"""Words and frames of the residents' pages."""
