"""The views of the console: each reads a request, asks a query, and hands a page its words."""
