"""A family's own cases (居民本人办件): apply, follow, what one gets and why, as the residents' pages show it."""
