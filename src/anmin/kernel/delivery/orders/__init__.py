"""Orders of help: asked for, given to somebody, served, rated, settled."""
