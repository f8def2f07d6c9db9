"""Correction slips and what they make worth looking at again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class Slip(SealedModel):
    """A correction slip (校核单): one value of one person or household, ours and theirs, with evidence and a deadline.

    Sent `out`, it asks the providing department to look at its value; come `in`, a department asks us. The values
    stay as they were: whoever keeps a value corrects it at its own desk, and the old one stays in history.
    """

    class Way(models.TextChoices):
        OUT = "out", "发给来源单位"
        IN = "in", "来源于对方"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        ANSWERED = "answered", "已答复"
        CLOSED = "closed", "已办结"

    class Answer(models.TextChoices):
        ERROR = "error", "原值有误，已更正"
        RIGHT = "right", "原值无误"
        UNKNOWN = "unknown", "无法核实"

    way = models.CharField(max_length=3, choices=Way.choices)
    partner = models.ForeignKey("kernel.Partner", models.PROTECT, related_name="slips")
    source = models.CharField(max_length=40)
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="slips")
    household = models.ForeignKey("kernel.Household", models.PROTECT, null=True, related_name="slips")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    field = models.CharField(max_length=60)
    ours = SealedText()
    theirs = SealedText()
    evidence = SealedText()
    batch = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    asked_by = models.CharField(max_length=150)
    asked_on = models.DateField()
    due = models.DateField()
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    corrected = SealedText()
    note = SealedText()
    answered_by = models.CharField(max_length=150, blank=True)
    answered_on = models.DateField(null=True)
    outcome = models.CharField(max_length=300, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(household__isnull=False), name="slip_is_about_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(answer="") & Q(answered_on__isnull=False),
                name="slip_answered_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome="") & Q(closed_on__isnull=False),
                name="slip_closed_says_why",
            ),
        ]
        indexes = [models.Index(fields=["state", "division", "due"], name="slip_queue")]

    def __str__(self) -> str:
        return f"校核单 {self.pk}"


class SlipReview(models.Model):
    """A decision or a screening result that used a value now known to be wrong (待复核). A person looks; nothing changes."""

    class Kind(models.TextChoices):
        DECISION = "decision", "审核确认决定"
        RESULT = "result", "测算结果"

    slip = models.ForeignKey(Slip, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    number = models.BigIntegerField()
    title = models.CharField(max_length=100)
    on = models.DateField()
    reviewed_by = models.CharField(max_length=150, blank=True)
    reviewed_on = models.DateField(null=True)
    finding = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slip", "kind", "number"], name="slip_review_once")]

    def __str__(self) -> str:
        return self.title
