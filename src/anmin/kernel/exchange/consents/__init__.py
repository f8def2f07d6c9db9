"""Authorisations and consents (授权与同意): one record for one purpose, signed by the person, ended by the person."""
