"""Infrastructure: Django's settings, addresses and entrance. No policy lives here."""
