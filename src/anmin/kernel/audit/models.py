"""The book of acts: append-only, each row holding the hash of the one before."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Act(models.Model):
    """One act (操作记录). `hash` covers every other column and the hash of the row before it.

    A database trigger refuses UPDATE, DELETE and TRUNCATE on this table for every role.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="acts")
    by_name = models.CharField(max_length=150)
    act = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    subject_id = models.CharField(max_length=100)
    division = models.CharField(max_length=12, blank=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["previous"], name="act_follows_one_act")]
        indexes = [models.Index(fields=["subject", "subject_id"], name="act_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act} {self.subject} {self.subject_id}"
