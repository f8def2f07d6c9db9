"""The kernel as one Django app."""

from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """All tables that every line of business shares; label `kernel`, one migration history."""

    name = "anmin.kernel"
    label = "kernel"
    verbose_name = "安民内核"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Packages above the register tell it what they know about persons: each registers its checks when imported."""
        for package in ("cases", "entitlements"):
            import_module(f"anmin.kernel.{package}.persons")
