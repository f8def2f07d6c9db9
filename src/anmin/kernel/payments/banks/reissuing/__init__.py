"""What came back: paid again or given up."""
