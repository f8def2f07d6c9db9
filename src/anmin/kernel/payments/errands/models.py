"""What was asked for about money, who agreed, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText
from anmin.kernel.payments.runs.models import PayRun


class Errand(SealedModel):
    """Something about money that the worker does for somebody (资金事项); `subject` is the key of what it is about.

    Where two must act, `needs_second` is set: nothing happens before another person has agreed under their own log-in.
    `words` is the reason or what it rests on; `content` a file that was handed in, in base64 until it is taken in.
    `result` says what came of it in figures and keys, `told` in a sentence.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待另一人复核"
        QUEUED = "queued", "正在办理"
        DONE = "done", "已办理"
        REFUSED = "refused", "不能办理"
        DECLINED = "declined", "复核不同意"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField(max_length=20)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=0)
    run = models.ForeignKey(PayRun, models.PROTECT, null=True, related_name="errands")
    subject = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    words = SealedText()
    content = SealedText()
    needs_second = models.BooleanField(default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="asked_errands")
    asked_at = models.DateTimeField(auto_now_add=True)
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="seconded_errands"
    )
    seconded_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    result = models.JSONField(default=dict)
    told = models.CharField(max_length=400, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=F("asked_by")),
                name="errand_seconded_by_another",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=False)
                | Q(state__in=["asked", "declined", "withdrawn"])
                | Q(seconded_by__isnull=False, seconded_at__isnull=False),
                name="errand_waits_for_a_second",
            ),
            models.UniqueConstraint(
                fields=["kind", "division", "run", "subject"],
                condition=Q(state="asked"),
                name="errand_asked_once",
            ),
        ]
        indexes = [models.Index(fields=["division", "state"], name="errands_of_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
