"""Partners' own people (往来单位经办人): log-ins that open their own department's page and nothing else."""
