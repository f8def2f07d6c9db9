"""The worker's phone (走访端): today's list, households, visits with and without network, applications on behalf, reports."""
