"""A month's run: lines with their dated parts, what pays for them, price subsidies and rates that were continued."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class PayRun(models.Model):
    """One month's payment of some benefits in one place (发放批次), from the locked roster to the closed books.

    `seal` is the hash over the lines as they were submitted: approvals name it, and nothing of the lines changes after
    (a trigger refuses). `total` and `lines` are what is paid; `signatures` how many must approve. `told` is what
    hindered the worker when it last computed or submitted the run.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "已锁名单"
        COMPUTED = "computed", "已计算"
        CHECKED = "checked", "已校验"
        SUBMITTED = "submitted", "待审批"
        APPROVED = "approved", "已审批"
        FILED = "filed", "已出文件"
        SETTLED = "settled", "已回盘"
        CLOSED = "closed", "已办结"
        VOID = "void", "已作废"

    OPEN = ("draft", "computed", "checked")

    number = models.CharField(max_length=40, unique=True)
    division = models.CharField(max_length=12)
    month = models.DateField()
    benefits = ArrayField(models.CharField(max_length=60))
    roster_day = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    version = models.IntegerField(default=1)
    lines_number = models.IntegerField(default=0)
    total = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)
    signatures = models.SmallIntegerField(default=2)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="prepared_runs"
    )
    prepared_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="submitted_runs"
    )
    closed_on = models.DateField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    told = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="run_month_is_a_first_day"),
            models.CheckConstraint(condition=Q(signatures__gte=2), name="run_needs_two_signatures"),
            models.CheckConstraint(condition=Q(total__gte=0), name="run_total_not_negative"),
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(void_reason=""), name="run_void_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "computed", "checked", "void"]) | ~Q(seal=""),
                name="run_is_sealed",
            ),
        ]
        indexes = [models.Index(fields=["division", "-month"], name="run_of_place")]

    def __str__(self) -> str:
        return self.number


class PayLine(models.Model):
    """What one entitlement brings in one run (发放明细): `fen` is the sum of its parts.

    `before` is what the run of the month before paid for the same entitlement. `person` is who receives it.
    """

    class State(models.TextChoices):
        DUE = "due", "待发"
        HELD = "held", "暂扣"
        EXCLUDED = "excluded", "本月不发"
        FILED = "filed", "已送银行"
        PAID = "paid", "已到账"
        RETURNED = "returned", "退票"
        UNKNOWN = "unknown", "未答复"

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="lines", db_index=False)
    entitlement = models.ForeignKey("kernel.Entitlement", models.PROTECT, related_name="pay_lines")
    benefit = models.CharField(max_length=60)
    division = models.CharField(max_length=12)
    level = models.SmallIntegerField(default=1)
    household = models.ForeignKey(
        "kernel.Household", models.PROTECT, related_name="pay_lines", db_constraint=False
    )
    person = models.ForeignKey(
        "kernel.Person", models.PROTECT, null=True, related_name="pay_lines", db_constraint=False
    )
    account = models.ForeignKey(
        "kernel.PayeeAccount", models.PROTECT, null=True, related_name="pay_lines", db_index=False
    )
    budget_line = models.ForeignKey(
        "kernel.BudgetLine", models.PROTECT, null=True, related_name="pay_lines", db_index=False
    )
    members = models.SmallIntegerField(default=1)
    fen = models.BigIntegerField()
    before = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "entitlement"], name="pay_line_once_a_run"),
            models.CheckConstraint(condition=Q(fen__gte=0), name="pay_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.entitlement_id} {self.fen}"


class PayPart(models.Model):
    """What a line consists of (金额构成): a month's amount, back pay, a price subsidy, a deduction (negative), a refund.

    `month` is the month it is for, `sequence` its place among the parts that were made for that month: the second one
    is a correction. The unique constraint is what makes a month of an entitlement impossible to pay twice. `is_live`
    is false once the line was left out of its run. `cause` says why in a word (`runs.causes`).
    """

    class Basis(models.TextChoices):
        BASIC = "basic", "待遇"
        PRICE = "price", "价格临时补贴"
        DEDUCT = "deduct", "抵扣追回"
        REFUND = "refund", "退还追回款"

    line = models.ForeignKey(PayLine, models.CASCADE, related_name="parts")
    entitlement = models.BigIntegerField()
    basis = models.CharField(max_length=8, choices=Basis.choices)
    month = models.DateField()
    sequence = models.SmallIntegerField(default=0)
    fen = models.BigIntegerField()
    cause = models.CharField(max_length=16)
    decision = models.BigIntegerField(null=True)
    instalment = models.ForeignKey(
        "kernel.RecoveryInstalment", models.PROTECT, null=True, related_name="parts"
    )
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entitlement", "month", "basis", "sequence"],
                condition=Q(is_live=True) & ~Q(basis__in=["deduct", "refund"]),
                name="pay_part_once_a_month",
            ),
            models.UniqueConstraint(
                fields=["instalment"],
                condition=Q(is_live=True, instalment__isnull=False),
                name="deducted_once",
            ),
            models.CheckConstraint(
                condition=Q(basis="deduct", fen__lt=0, instalment__isnull=False)
                | Q(basis="refund", fen__gt=0, instalment__isnull=False)
                | (~Q(basis__in=["deduct", "refund"]) & Q(fen__gt=0, instalment__isnull=True)),
                name="pay_part_has_its_sign",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="pay_part_month_is_a_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.basis} {self.fen}"


class RunFunding(models.Model):
    """Which budget line pays how much of a run (资金落实). Never changed; the lines carry the same budget line."""

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="funding")
    budget_line = models.ForeignKey("kernel.BudgetLine", models.PROTECT, related_name="runs")
    benefit = models.CharField(max_length=60)
    fen = models.BigIntegerField()
    lines_number = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "budget_line", "benefit"], name="funded_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="funding_moves_money"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.budget_line_id} {self.fen}"


class PriceSubsidy(models.Model):
    """A month for which price subsidies are due in a place (价格补贴启动), signed by two; rates are in basis points."""

    division = models.CharField(max_length=12)
    month = models.DateField()
    benefits = ArrayField(models.CharField(max_length=60))
    cpi_bp = models.IntegerField()
    food_bp = models.IntegerField()
    index_bp = models.IntegerField()
    urban_fen = models.BigIntegerField()
    rural_fen = models.BigIntegerField()
    document = models.CharField(max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="price_subsidies")
    beside = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="price_subsidies_beside"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "month"], name="price_subsidy_once_a_month"),
            models.CheckConstraint(condition=~Q(by=F("beside")), name="price_subsidy_by_two"),
            models.CheckConstraint(condition=Q(month__day=1), name="price_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(urban_fen__gte=0, rural_fen__gte=0), name="price_subsidy_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.month:%Y-%m}"


class RateContinuation(models.Model):
    """A signed decision to go on with last year's rate until the new one is published (沿用上一标准)."""

    rate = models.CharField(max_length=60)
    division = models.CharField(max_length=12)
    year = models.SmallIntegerField()
    document = models.CharField(max_length=100)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="continued_rates")
    beside = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="continued_rates_beside"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rate", "division", "year"], name="rate_continued_once_a_year"),
            models.CheckConstraint(condition=~Q(by=F("beside")), name="rate_continued_by_two"),
        ]

    def __str__(self) -> str:
        return f"{self.rate} {self.division} {self.year}"
