"""Pay files and their lines, what the bank was told and answered, statements of the day, and reconciliations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.kernel.keys.fields import SealedModel, SealedText
from anmin.kernel.payments.runs.models import PayLine, PayRun


class PayFile(SealedModel):
    """A file of payments for one bank or way (代发文件), with its control totals and the hash of its content.

    It lies sealed under its own key (`secret`) at `path`, is written once, and goes out only as it was written.
    """

    class State(models.TextChoices):
        MADE = "made", "已生成"
        SENDING = "sending", "发送中"
        ACCEPTED = "accepted", "银行已受理"
        REFUSED = "refused", "银行拒收"
        ANSWERED = "answered", "已回盘"
        RECONCILED = "reconciled", "已对账"

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="files")
    number = models.SmallIntegerField()
    division = models.CharField(max_length=12)
    bank = models.CharField(max_length=40)
    form = models.CharField(max_length=20)
    way = models.CharField(max_length=8)
    is_reissue = models.BooleanField(default=False)
    lines_number = models.IntegerField()
    fen = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.MADE)
    bank_reference = models.CharField(max_length=60, blank=True)
    secret = SealedText()
    made_on = models.DateField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="made_pay_files"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="pay_file_numbered"),
            models.CheckConstraint(condition=Q(fen__gt=0, lines_number__gt=0), name="pay_file_has_lines"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}-{self.number}"

    @property
    def batch(self) -> str:
        """The batch number that the bank knows it by."""
        return f"{self.run.number}-{self.number:02d}"


class PayFileLine(models.Model):
    """One payment order (代发指令). `key` is its idempotency key, made before the file is sent and kept for good.

    A pay line has at most one order that is not known to have come back: the unique index over waiting, paid and
    unknown orders is what makes paying it twice impossible. Another attempt is only made after a return.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待答复"
        PAID = "paid", "已到账"
        RETURNED = "returned", "退票"
        UNKNOWN = "unknown", "银行答复不明"

    LIVE = ("waiting", "paid", "unknown")

    file = models.ForeignKey(PayFile, models.PROTECT, related_name="lines", db_index=False)
    pay_line = models.ForeignKey(PayLine, models.PROTECT, related_name="orders", db_index=False)
    attempt = models.SmallIntegerField(default=1)
    seq = models.IntegerField()
    key = models.CharField(max_length=40, unique=True)
    account = models.ForeignKey(
        "kernel.PayeeAccount",
        models.PROTECT,
        null=True,
        related_name="orders",
        db_constraint=False,
        db_index=False,
    )
    fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    code = models.CharField(max_length=20, blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "seq"], name="order_numbered"),
            models.UniqueConstraint(fields=["pay_line", "attempt"], name="order_attempt_once"),
            models.UniqueConstraint(
                fields=["pay_line"],
                condition=Q(state__in=["waiting", "paid", "unknown"]),
                name="order_lives_once",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="order_is_of_money"),
        ]

    def __str__(self) -> str:
        return self.key


class BankCall(SealedModel):
    """One thing to tell or ask a bank (银企往来): written before it is done, with its key, and answered afterwards."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        UNSURE = "unsure", "已发送，未答复"
        DONE = "done", "已答复"
        REFUSED = "refused", "被拒绝"

    file = models.ForeignKey(PayFile, models.PROTECT, null=True, related_name="calls")
    division = models.CharField(max_length=12)
    bank = models.CharField(max_length=40)
    what = models.CharField(max_length=12)
    key = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)
    answer = SealedText()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(state__in=["waiting", "unsure"]), name="bank_calls_due"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ReturnFile(SealedModel):
    """An answer of a bank as it came (回盘文件): matched line by line, or quarantined whole with the reasons."""

    class State(models.TextChoices):
        QUARANTINED = "quarantined", "已隔离"
        MATCHED = "matched", "已核对入账"
        RELEASED = "released", "核实后入账"
        REJECTED = "rejected", "核实后作废"

    file = models.ForeignKey(PayFile, models.PROTECT, null=True, related_name="returns")
    division = models.CharField(max_length=12)
    bank = models.CharField(max_length=40)
    form = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200, blank=True)
    secret = SealedText()
    day = models.DateField(null=True)
    posted_on = models.DateField(null=True)
    state = models.CharField(max_length=12, choices=State.choices)
    reasons = models.JSONField(default=list)
    lines_number = models.IntegerField(default=0)
    fen = models.BigIntegerField(default=0)
    received_by = models.CharField(max_length=60)
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "form", "sha256"], name="return_file_once")
        ]

    def __str__(self) -> str:
        return self.name


class ReturnLine(models.Model):
    """What a bank says of one order (回盘明细): the evidence that a line was paid or came back. Never changed."""

    return_file = models.ForeignKey(ReturnFile, models.PROTECT, related_name="lines", db_index=False)
    order = models.ForeignKey(PayFileLine, models.PROTECT, related_name="answers")
    status = models.CharField(max_length=10, choices=PayFileLine.State.choices)
    code = models.CharField(max_length=20, blank=True)
    fen = models.BigIntegerField()
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["return_file", "order"], name="answer_once_a_file"),
            models.CheckConstraint(condition=~Q(status="waiting"), name="answer_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"


class BankStatement(models.Model):
    """What a bank says left and came back to the account on a day (日终对账单), one line a key."""

    division = models.CharField(max_length=12)
    bank = models.CharField(max_length=40)
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    opening = models.BigIntegerField()
    closing = models.BigIntegerField()
    lines = models.JSONField(default=list)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["division", "bank", "day"], name="statement_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.day}"


class Reconciliation(models.Model):
    """Roster, files and returns of a run laid side by side (三方对账), by somebody, on a day. Never changed."""

    run = models.ForeignKey(PayRun, models.PROTECT, related_name="reconciliations")
    on = models.DateField()
    roster_lines = models.IntegerField()
    roster_fen = models.BigIntegerField()
    file_lines = models.IntegerField()
    file_fen = models.BigIntegerField()
    paid_lines = models.IntegerField()
    paid_fen = models.BigIntegerField()
    returned_lines = models.IntegerField()
    returned_fen = models.BigIntegerField()
    unknown_lines = models.IntegerField()
    unknown_fen = models.BigIntegerField()
    ledger_fen = models.BigIntegerField()
    differences = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reconciliations"
    )
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.run_id} {self.on}"
