"""Trials of thresholds that were asked for, and what each came to in figures."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AskedTrial(models.Model):
    """A trial of a threshold (阈值试算) that somebody asked for and the worker calculates.

    `value` is as it was written, money in yuan. `result` holds the figures of `anmin.policy.trials.Figures` and `on`, the day of
    the evaluation tried on; `told` says why it could not be done.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "正在试算"
        DONE = "done", "已算好"
        REFUSED = "refused", "没有算成"

    rule = models.CharField(max_length=60)
    rate = models.CharField(max_length=60)
    value = models.CharField(max_length=20)
    division = models.CharField(max_length=12)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="asked_trials")
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    result = models.JSONField(default=dict)
    told = models.CharField(max_length=400, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["asked_by", "rule"], name="trials_of_somebody")]

    def __str__(self) -> str:
        return f"{self.rule} {self.rate} {self.value}"
