"""How files of banks are written and read: one module a kind, each with its `ADAPTER`."""
