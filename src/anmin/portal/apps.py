"""The residents' pages as a Django application; it has no tables."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages for residents."""

    name = "anmin.portal"
    label = "portal"
