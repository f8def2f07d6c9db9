"""Text messages (短信): an outbox in the database, and the gateway that carries what stands in it."""
