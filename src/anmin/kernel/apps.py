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
        """Packages above tell those below what they know, each when it is imported: of persons, of errands, of columns of registers."""
        for module in ("cases.persons", "cases.reserve.errands", "entitlements.persons", "registers.mapping"):
            import_module(f"anmin.kernel.{module}")
