"""Cells of reports that nobody records elsewhere."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ReportCell(models.Model):
    """A figure of a report that somebody wrote by hand (手填的一格), for one place and month; the newest row holds."""

    report = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    month = models.DateField()
    cell = models.CharField(max_length=40)
    value = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_cells")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["division", "report", "month"], name="report_cell_of_month")]

    def __str__(self) -> str:
        return f"{self.report} {self.month:%Y-%m} {self.cell}"
