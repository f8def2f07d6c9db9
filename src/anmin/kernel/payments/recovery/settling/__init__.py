"""What payments that arrive, come back or are given up do to claims."""
