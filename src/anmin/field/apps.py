"""The worker's phone as a Django application; it has no tables."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    """Pages for workers who go from door to door."""

    name = "anmin.field"
    label = "field"
