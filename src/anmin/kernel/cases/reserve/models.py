"""The ledger of a town's reserve fund, and its closed months."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.cases.models import Case
from anmin.kernel.keys.fields import SealedModel, SealedText


class ReserveEntry(SealedModel):
    """One line of a town's reserve ledger (备用金台账): `fen` is what came in, negative what went out.

    A trigger keeps the balance from falling below nought and lines from being changed.
    """

    class Kind(models.TextChoices):
        ADVANCE = "advance", "预拨"
        PAYOUT = "payout", "先行救助"
        TOPUP = "topup", "补足"
        GIVE_BACK = "give_back", "交回"

    division = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    fen = models.BigIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="reserve_entries")
    on = models.DateField()
    papers_due = models.DateField(null=True)
    note = SealedText()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reserve_entries")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["payout", "give_back"], fen__lt=0)
                | Q(kind__in=["advance", "topup"], fen__gt=0),
                name="reserve_in_or_out",
            ),
            models.CheckConstraint(
                condition=~Q(kind="payout") | Q(case__isnull=False, papers_due__isnull=False),
                name="reserve_pays_for_a_case",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(kind="payout"), name="reserve_pays_a_case_once"
            ),
        ]
        indexes = [models.Index(fields=["division", "year", "on"], name="reserve_ledger")]

    def __str__(self) -> str:
        return f"{self.division} {self.on} {self.fen}"


class ReserveClosing(models.Model):
    """A month of the ledger closed by two people (月末对账)."""

    division = models.CharField(max_length=12)
    month = models.DateField()
    balance = models.BigIntegerField()
    entries = models.IntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="closed_reserves")
    beside = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="closed_reserves_beside"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "month"], name="reserve_closed_once_a_month"),
            models.CheckConstraint(condition=~Q(by=F("beside")), name="reserve_closed_by_two"),
            models.CheckConstraint(condition=Q(month__day=1), name="reserve_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.month:%Y-%m}"
