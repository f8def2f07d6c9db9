"""Facts: the catalogue of what is known, snapshots of the population, imports, and the demonstration city."""
