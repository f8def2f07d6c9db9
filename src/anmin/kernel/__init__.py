"""What every line of business shares: one Django app, packages in strict layers."""
