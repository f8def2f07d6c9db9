"""The staff console: pages for people at the desk. It owns no tables; it reads queries and calls actions."""
