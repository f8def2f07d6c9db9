"""Files of entries that were taken in, and their rows that were not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedJSON, SealedModel


class RegisterIntake(models.Model):
    """One file of entries (名册导入). `corrects` is the one whose rejected rows it sends again."""

    register = models.CharField(max_length=60)
    name = models.CharField(max_length=100)
    content = models.CharField(max_length=64)
    rows = models.IntegerField()
    entered = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="register_intakes")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "content", "made_by"], name="register_file_taken_in_once"
            ),
            models.CheckConstraint(
                condition=Q(entered__gte=0, rejected__gte=0), name="register_intake_counts_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.name}"


class RejectedRow(SealedModel):
    """One row that was not entered (退回行): where it stood, what is wrong where, and the row itself, sealed."""

    intake = models.ForeignKey(RegisterIntake, models.PROTECT, related_name="rejections")
    row = models.IntegerField()
    column = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    values = SealedJSON()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "row", "column", "code"], name="rejected_row_once")
        ]

    def __str__(self) -> str:
        return f"第 {self.row} 行 {self.code}"
