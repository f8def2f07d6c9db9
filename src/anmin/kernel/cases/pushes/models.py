"""What went to which department about whom after a recognition, and what they said came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class Push(SealedModel):
    """One household told to one department (推送) after one decision, and its return (反馈): sealed words, fen where paid."""

    class Outcome(models.TextChoices):
        GIVEN = "given", "已救助"
        IN_HAND = "in_hand", "正在办理"
        NOT_ELIGIBLE = "not_eligible", "不符合该项条件"
        NOT_WANTED = "not_wanted", "本人不需要"

    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="pushes")
    decision = models.ForeignKey("kernel.Decision", models.PROTECT, related_name="pushes")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    department = models.CharField(max_length=20)
    sent_on = models.DateField()
    due = models.DateField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    returned_on = models.DateField(null=True)
    fen = models.BigIntegerField(null=True)
    words = SealedText()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="noted_pushes"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "department"], name="push_once_a_department"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(returned_on__isnull=False, noted_by__isnull=False),
                name="push_returned_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["division", "outcome", "due"], name="push_of_division")]

    def __str__(self) -> str:
        return f"{self.department} {self.household_id}"
