"""The signatures under a run."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.payments.runs.models import PayRun


class RunApproval(models.Model):
    """One signature under a run (发放审批), on the roster with this `seal`. Never changed.

    A trigger refuses whoever prepared or submitted the run or is paid by it, and a seal that is not the run's.
    """

    class Outcome(models.TextChoices):
        APPROVE = "approve", "同意"
        REFUSE = "refuse", "退回"

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="approvals")
    order = models.SmallIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.APPROVE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="run_approvals")
    power = models.CharField(max_length=40)
    seal = models.CharField(max_length=64)
    total = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "order", "seal"], name="approval_in_order"),
            models.UniqueConstraint(fields=["run", "by", "seal"], name="approval_by_another"),
            models.CheckConstraint(
                condition=Q(outcome="approve") | ~Q(reason=""), name="refusal_of_a_run_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.order}"
