"""Sharing requests: which fields a department wants, on which basis, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class SharingRequest(SealedModel):
    """A request for data (数据共享申请, 《政务数据共享条例》). Only a person grants; silence is reported upwards.

    `basis` names the legal basis, beyond whose fields nothing may be asked. `answer_due` is counted in working days.
    Whoever asked does not decide, which the table refuses too.
    """

    class State(models.TextChoices):
        OPEN = "open", "待审查"
        CONFORMING = "conforming", "已受理"
        GRANTED = "granted", "同意共享"
        REFUSED = "refused", "不予共享"

    partner = models.ForeignKey("kernel.Partner", models.PROTECT, related_name="sharing_requests")
    matter = models.CharField(max_length=200)
    basis = models.CharField(max_length=40)
    fields = models.JSONField()
    purpose = SealedText()
    contact = SealedText()
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.CharField(max_length=150)
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="asked_sharings"
    )
    asked_on = models.DateField()
    conformity_due = models.DateField()
    answer_due = models.DateField()
    escalated_on = models.DateField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decided_sharings"
    )
    decided_on = models.DateField(null=True)
    reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="sharing_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused"])
                | ~Q(decided_by="") & Q(decided_on__isnull=False),
                name="sharing_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="sharing_refused_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(decider__isnull=True) | Q(asker__isnull=True) | ~Q(decider=F("asker")),
                name="sharing_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_due"], name="sharing_queue")]

    def __str__(self) -> str:
        return f"{self.partner} {self.matter}"
