"""The lines of business as one Django app."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    """Tables that only one line of business has; label `domains`, one migration history."""

    name = "anmin.domains"
    label = "domains"
    verbose_name = "安民业务"
    default_auto_field = "django.db.models.BigAutoField"
