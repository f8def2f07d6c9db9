"""The kernel as one Django app."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """All tables that every line of business shares; label `kernel`, one migration history."""

    name = "anmin.kernel"
    label = "kernel"
    verbose_name = "安民内核"
    default_auto_field = "django.db.models.BigAutoField"
