"""What has to happen before our own code can run: a Python environment, a database, a port. Standard library only."""
