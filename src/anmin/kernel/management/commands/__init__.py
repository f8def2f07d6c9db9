"""A command a module; Django finds them by their place."""
