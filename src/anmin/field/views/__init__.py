"""Pages of the phone, by what they are about."""
