"""Rules beneath the benefits: who counts, what is income, what is property, which layer."""
