"""Every table of the lines of business, for Django's eyes only. None has tables of its own yet."""
