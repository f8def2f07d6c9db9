"""Entries and lines of the ledger, and the periods that were closed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Account(models.TextChoices):
    """The accounts of the ledger (科目). A line is positive on the left (借) and negative on the right (贷)."""

    APPROPRIATION = "appropriation", "下达指标"
    ALLOTTED = "allotted", "分配下级"
    AVAILABLE = "available", "可用指标"
    BLOCKED = "blocked", "已冻结"
    TRANSIT = "transit", "在途资金"
    SPENT = "spent", "已支出"
    RETURNED = "returned", "退票待处理"
    RESERVE = "reserve", "备用金"
    RECEIVABLE = "receivable", "应收追回"
    RECOVERED = "recovered", "已追回"
    WRITTEN_OFF = "written_off", "已核销"
    REFUNDABLE = "refundable", "应退还"


class LedgerEntry(models.Model):
    """One posting (记账凭证): all its lines come in the same transaction and add up to nought.

    `source` names the event behind it, such as `run:12:block`; it is unique, so that no event is posted twice. Entries
    and lines are never changed: `reverses` points to the entry that a correction takes back. Constraint triggers hold
    the sum, the transaction and the closed periods.
    """

    division = models.CharField(max_length=12)
    on = models.DateField()
    kind = models.CharField(max_length=24)
    source = models.CharField(max_length=80, unique=True)
    document = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=200, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="postings")
    at = models.DateTimeField(auto_now_add=True)
    tx = models.BigIntegerField(editable=False, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["division", "on"], name="ledger_book"),
            models.Index(fields=["document"], condition=Q(kind="reserve_paid"), name="ledger_paid_first"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.on}"


class LedgerLine(models.Model):
    """One line of an entry (分录): `fen` is positive for debit, negative for credit, never nought.

    `pay_line` and `household` stand where money reached or left somebody. `level` is how closely that is held.
    """

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="lines")
    account = models.CharField(max_length=16, choices=Account.choices)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=0)
    budget_line = models.ForeignKey("kernel.BudgetLine", models.PROTECT, null=True, related_name="postings")
    benefit = models.CharField(max_length=60, blank=True)
    fen = models.BigIntegerField()
    household = models.ForeignKey(
        "kernel.Household", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    pay_line = models.ForeignKey(
        "kernel.PayLine",
        models.PROTECT,
        null=True,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(fen=0), name="ledger_line_moves_money")]
        indexes = [
            models.Index(fields=["budget_line", "account"], include=["fen"], name="ledger_balance"),
            models.Index(fields=["household"], condition=Q(household__isnull=False), name="ledger_household"),
            models.Index(fields=["pay_line"], condition=Q(pay_line__isnull=False), name="ledger_pay_line"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.fen}"


class PeriodClosing(models.Model):
    """A month of a book that two people closed (结账); reopened only by two people with a reason."""

    division = models.CharField(max_length=12)
    month = models.DateField()
    entries = models.IntegerField()
    sums = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="closed_periods")
    beside = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="closed_periods_beside")
    at = models.DateTimeField(auto_now_add=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reopened_beside = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "month"], condition=Q(reopened_at__isnull=True), name="period_closed_once"
            ),
            models.CheckConstraint(condition=~Q(by=F("beside")), name="period_closed_by_two"),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True)
                | (
                    Q(reopened_by__isnull=False, reopened_beside__isnull=False)
                    & ~Q(reopened_by=F("reopened_beside"))
                    & ~Q(reason="")
                ),
                name="period_reopened_by_two",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="period_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.month:%Y-%m}"
