"""What stands against a line or a whole run, and what somebody decided about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedModel, SealedText
from anmin.kernel.payments.runs.models import PayLine, PayRun


class PayException(SealedModel):
    """Something that stands against paying (发放异常), until somebody with `power` decides it.

    Without a line it stands against the whole run, such as a rate that is missing. `details` holds figures and days,
    never names. A line with an open exception is held; a run with one cannot be submitted.
    """

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        RELEASED = "released", "核实放行"
        EXCLUDED = "excluded", "本月不发"
        GONE = "gone", "已消除"

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="exceptions")
    line = models.ForeignKey(PayLine, models.CASCADE, null=True, related_name="exceptions")
    code = models.CharField(max_length=24)
    person = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    details = models.JSONField(default=dict)
    power = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decided_exceptions"
    )
    decided_at = models.DateTimeField(null=True)
    reason = SealedText()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "line", "code", "person"], nulls_distinct=False, name="exception_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "gone"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="exception_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["run", "state", "code"], name="exceptions_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.code}"
