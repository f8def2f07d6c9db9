"""The console as a Django app without tables."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Templates, static files and template tags of the console."""

    name = "anmin.console"
    label = "console"
