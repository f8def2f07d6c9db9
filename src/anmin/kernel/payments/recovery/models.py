"""What was paid too much, month by month, and how it comes back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedModel, SealedText


class Recovery(SealedModel):
    """Money that somebody received too much (多发追回): found by anybody, claimed only by a decision of a person.

    Without a decision it stays found and nothing is asked back or deducted. `fen` is the sum of its months; what came
    back and what is left are sums over the ledger. `book` and `budget_line` are where its notice was posted, and so is all
    that follows; a trigger keeps them. `before` is the state in which a closed claim was open last: a deduction whose
    payment comes back opens it again.
    """

    class State(models.TextChoices):
        FOUND = "found", "发现多发"
        HEARD = "heard", "已告知并听取说明"
        NOTICED = "noticed", "已下达追回通知"
        AGREED = "agreed", "已商定还款"
        REPAID = "repaid", "已还清"
        WRITTEN_OFF = "written_off", "已核销"
        COURT = "court", "已移送法院"
        DROPPED = "dropped", "不予追回"
        VOID = "void", "已作废（待遇已更正）"

    class Cause(models.TextChoices):
        UNKNOWN = "unknown", "未认定"
        OFFICE = "office", "经办差错"
        HONEST = "honest", "善意、未及时报告"
        FRAUD = "fraud", "隐瞒、虚报"

    number = models.CharField(max_length=40, unique=True)
    entitlement = models.ForeignKey("kernel.Entitlement", models.PROTECT, related_name="recoveries")
    household = models.ForeignKey("kernel.Household", models.PROTECT, related_name="recoveries")
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.FOUND)
    cause = models.CharField(max_length=8, choices=Cause.choices, default=Cause.UNKNOWN)
    fen = models.BigIntegerField()
    found_on = models.DateField()
    run = models.ForeignKey("kernel.PayRun", models.PROTECT, null=True, related_name="found_recoveries")
    book = models.CharField(max_length=12, blank=True)
    budget_line = models.ForeignKey("kernel.BudgetLine", models.PROTECT, null=True, related_name="recoveries")
    before = models.CharField(max_length=12, choices=State.choices, blank=True)
    case_number = models.CharField(max_length=40, blank=True)
    heard_on = models.DateField(null=True)
    statement = SealedText()
    decision = models.OneToOneField("kernel.Decision", models.PROTECT, null=True, related_name="recovery")
    noticed_on = models.DateField(null=True)
    answer_due = models.DateField(null=True)
    agreed_on = models.DateField(null=True)
    agreement = SealedText()
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_beside = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = SealedText()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="recovery_is_of_money"),
            models.CheckConstraint(
                condition=Q(state__in=["found", "heard", "dropped", "void"]) | Q(decision__isnull=False),
                name="recovery_needs_a_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["written_off", "court", "dropped", "void"])
                | Q(closed_by__isnull=False),
                name="recovery_given_up_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(budget_line__isnull=True) | ~Q(book=""), name="recovery_line_in_a_book"
            ),
        ]
        indexes = [models.Index(fields=["division", "state"], name="recoveries_of_place")]

    def __str__(self) -> str:
        return self.number


class RecoveryMonth(models.Model):
    """How much too much was paid for one month (多发月份). `sequence` counts the findings about that month.

    `paid` is what had been paid for the month when it was claimed: what is paid for it later is back pay. `kept` is what of
    it the family keeps by decision (written off, taken back, not claimed); null where nobody decided.
    """

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="months")
    entitlement = models.BigIntegerField()
    month = models.DateField()
    sequence = models.SmallIntegerField(default=0)
    fen = models.BigIntegerField()
    paid = models.BigIntegerField(null=True)
    kept = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entitlement", "month", "sequence"], name="overpaid_month_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="overpaid_month_is_of_money"),
            models.CheckConstraint(condition=Q(month__day=1), name="overpaid_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(kept__isnull=True) | Q(kept__gte=0, kept__lte=F("fen")),
                name="no_more_is_kept_than_was_too_much",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.fen}"


class RecoveryInstalment(models.Model):
    """One instalment of an agreement (分期): paid in, or deducted from the run of its month; or a part written off.

    After the claim was taken back: what goes to the family again, with a payment or by a voucher (退还); a trigger lets
    all of it together be no more than what came.
    """

    class Way(models.TextChoices):
        PAID_IN = "paid_in", "缴回"
        DEDUCT = "deduct", "从待遇中抵扣"
        OFF = "off", "部分核销"
        REFUND = "refund", "随发放退还"
        BY_HAND = "by_hand", "凭付款凭证退还"

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="instalments")
    number = models.SmallIntegerField()
    month = models.DateField()
    fen = models.BigIntegerField()
    way = models.CharField(max_length=8, choices=Way.choices)
    paid_on = models.DateField(null=True)
    entry = models.ForeignKey("kernel.LedgerEntry", models.PROTECT, null=True, related_name="instalments")
    cancelled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recovery", "number"], name="instalment_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="instalment_is_of_money"),
            models.CheckConstraint(condition=Q(month__day=1), name="instalment_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True) | Q(entry__isnull=False),
                name="instalment_paid_in_the_ledger",
            ),
        ]
        indexes = [models.Index(fields=["month"], condition=Q(paid_on__isnull=True), name="instalments_due")]

    def __str__(self) -> str:
        return f"{self.recovery_id}/{self.number}"
