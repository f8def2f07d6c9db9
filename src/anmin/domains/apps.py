"""The lines of business as one Django app."""

from django.apps import AppConfig

from anmin.kernel.registers.discovery import load


class DomainsConfig(AppConfig):
    """Tables that only one line of business has; label `domains`, one migration history."""

    name = "anmin.domains"
    label = "domains"
    verbose_name = "安民业务"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every declaration of every line of business goes into its book."""
        load()
