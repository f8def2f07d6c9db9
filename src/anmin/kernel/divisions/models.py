"""Divisions in the database: what the packaged data says, and what an operator has changed since."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from anmin.kernel.divisions.records import ChangeKind, Dating, Extent
from anmin.lib.divisions import DivisionLevel


class Division(models.Model):
    """A division (行政区划) under one code and one name over a span of days, both inclusive.

    Rows are never deleted: a division that ends gets a last day. `parent` is the division above as it was last
    named in this span; of the nation's own children it is None.
    """

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    level = models.PositiveSmallIntegerField(choices=[(level.value, level.name) for level in DivisionLevel])
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    first_day = models.DateField()
    first_dating = models.CharField(max_length=10, choices=[(d.value, d.name) for d in Dating])
    last_day = models.DateField(null=True, blank=True)
    last_dating = models.CharField(max_length=10, choices=[(d.value, d.name) for d in Dating], default="day")
    statistical_code = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=100)

    class Meta:
        app_label = "kernel"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="division_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^(\d{6}|\d{9}|\d{12})$"), name="division_code_has_6_9_or_12_digits"
            ),
            ExclusionConstraint(
                name="division_code_dated_once",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_day"),
                            F("last_day"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [
            models.Index(
                fields=["code", "first_day"],
                name="division_code",
                opclasses=["varchar_pattern_ops", "date_ops"],
            ),
            models.Index(fields=["parent"], name="division_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def in_force(self, on: date) -> bool:
        """Whether the division had this code and name on a day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


class DivisionChange(models.Model):
    """One line of the history (区划变更): on a day an old code went to a new one, whole or in part."""

    day = models.DateField()
    dating = models.CharField(max_length=10, choices=[(d.value, d.name) for d in Dating])
    kind = models.CharField(max_length=20, choices=[(k.value, k.name) for k in ChangeKind])
    extent = models.CharField(max_length=10, choices=[(e.value, e.name) for e in Extent])
    old_code = models.CharField(max_length=12, blank=True, db_index=True)
    old_name = models.CharField(max_length=100, blank=True)
    new_code = models.CharField(max_length=12, blank=True, db_index=True)
    new_name = models.CharField(max_length=100, blank=True)
    document = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "kernel"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "old_code", "new_code"], name="division_change_told_once"
            ),
            models.CheckConstraint(
                condition=~Q(old_code="") | ~Q(new_code=""), name="division_change_names_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.kind} {self.old_code} → {self.new_code}"
