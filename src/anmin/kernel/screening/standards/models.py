"""A value of a rate from a day on: who proposed it, who confirmed it, and what it would bring."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class StandardChange(models.Model):
    """A new value of a rate in a place (标准调整). Values are as the rules see them: fen, basis points or numbers.

    `proposed` counts for nothing; `confirmed` is read by the rules from `first_day` on, until another follows or
    `last_day` has passed; `withdrawn` was taken back before its first day. Rows are never removed. `effects` holds what the
    worker found: for each running benefit its key and the fen before and after, or why it could not be calculated.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        DECLINED = "declined", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"

    rate = models.CharField(max_length=60)
    division = models.CharField(max_length=12)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    urban = models.BigIntegerField()
    rural = models.BigIntegerField()
    law = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposed_standards"
    )
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decided_standards"
    )
    decided_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="withdrawn_standards"
    )
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    effects = models.JSONField(null=True)
    effects_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="standard_by_two"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "declined"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="standard_decided_by_somebody",
            ),
            models.CheckConstraint(condition=Q(urban__gte=0, rural__gte=0), name="standard_not_negative"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="standard_days_in_order",
            ),
            models.UniqueConstraint(
                fields=["rate", "division", "first_day"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="standard_once_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.division} {self.first_day}"
