"""Batches of imported data and the rows that did not land."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ImportBatch(models.Model):
    """One import (导入批次): which content it held, what landed, and which snapshot came of it."""

    content = models.CharField(max_length=64, unique=True)
    snapshot = models.CharField(max_length=200)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    households = models.IntegerField()
    persons = models.IntegerField()
    quarantined = models.IntegerField()
    held = models.IntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(households__gte=0, persons__gte=0, quarantined__gte=0, held__gte=0),
                name="import_counts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.snapshot


class QuarantinedRow(models.Model):
    """A row that did not land (隔离行), with the first of its reasons; the row itself is in the quarantine file."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=10)
    row = models.IntegerField()
    household = models.CharField(max_length=50, blank=True)
    column = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "sheet", "row", "column", "code"], name="quarantined_row_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row} {self.code}"
