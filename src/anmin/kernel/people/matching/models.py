"""What matching proposed and what clerks made of it (疑似同一人): runs, and pairs that wait for a decision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedJSON, SealedModel, SealedText
from anmin.kernel.people.models import ChangeRequest, Level, Person


class MatchRun(models.Model):
    """One run of matching (比对批次): what was compared, and how many rows each step answered."""

    source = models.CharField(max_length=200)
    left_rows = models.IntegerField()
    right_rows = models.IntegerField()
    counts = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    by_name = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d}"


class MatchPair(SealedModel):
    """Two records that may be one person. `person` is in the register; the other is a person too, or a source's row.

    `left_print` is a keyed fingerprint of the source row, so that a row that comes again is known again.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        SAME = "same", "是同一人"
        DIFFERENT = "different", "不是同一人"
        UNSURE = "unsure", "暂时不能确定"

    run = models.ForeignKey(MatchRun, models.PROTECT, related_name="pairs")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    left_key = models.CharField(max_length=100, blank=True)
    left_print = models.BinaryField(max_length=16)
    left_row = SealedJSON()
    evidence = SealedJSON()
    step = models.CharField(max_length=10)
    reason = models.CharField(max_length=20)
    probability = models.FloatField(null=True)
    is_safe = models.BooleanField(default=False)
    division = models.CharField(max_length=12)
    other_division = models.CharField(max_length=12)
    level = models.SmallIntegerField(choices=Level.choices, default=Level.INTERNAL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = SealedText()
    request = models.ForeignKey(ChangeRequest, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "left_print"], name="match_proposed_once"),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | Q(person__lt=F("other")), name="match_of_two_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="match_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "division", "-is_safe", "id"], name="match_queue")]

    def __str__(self) -> str:
        return f"疑似同一人 {self.pk}"
