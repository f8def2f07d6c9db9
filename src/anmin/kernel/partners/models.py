"""Partners, their keys, every call, and what passes between two systems asynchronously."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedJSON, SealedModel
from anmin.kernel.keys.rows import CodedModel


class Partner(models.Model):
    """A department or institution that data is exchanged with (往来单位)."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    contact = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class PartnerStaff(CodedModel):
    """Somebody of a partner who may open the partner's own page (往来单位经办人), for a span, both days inclusive.

    The log-in holds the role `partner_staff` and no other; whose page it opens stands here.
    """

    CODED = ("user_id", "partner_id", "first_day", "last_day", "added_by")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="partners")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="staff")
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    added_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="partner_staff_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(last_day__isnull=True), name="partner_staff_of_one_partner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.user}"


class PartnerKey(CodedModel):
    """A key by which a partner's system calls us (接口密钥): what it opens, for what, where and until when.

    Only the hash of the secret is kept. `clearance` never reaches persons under protection. `basis` says whether the
    partner asks by a duty that the law names or because each person agreed (PIPL 13).
    """

    CODED = (
        *(
            "partner_id",
            "prefix",
            "hash",
            "powers",
            "fields",
            "sources",
            "divisions",
            "purpose",
            "legal",
            "law",
        ),
        *(
            "basis",
            "clearance",
            "per_minute",
            "per_day",
            "first_day",
            "last_day",
            "revoked_at",
            "revoked_reason",
        ),
    )

    class Basis(models.TextChoices):
        DUTY = "duty", "法定职责"
        CONSENT = "consent", "本人同意"

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="keys")
    title = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    hash = models.CharField(max_length=64)
    powers = models.JSONField()
    fields = models.JSONField(default=list)
    sources = models.JSONField(default=list)
    divisions = models.JSONField()
    purpose = models.CharField(max_length=100)
    legal = models.CharField(max_length=40, blank=True)
    law = models.CharField(max_length=200, blank=True)
    basis = models.CharField(max_length=8, choices=Basis.choices, default=Basis.DUTY)
    clearance = models.SmallIntegerField(default=2)
    per_minute = models.IntegerField(default=60)
    per_day = models.IntegerField(default=2500)
    first_day = models.DateField()
    last_day = models.DateField()
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="partner_key_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(clearance__lte=2), name="partner_key_below_protected"),
            models.CheckConstraint(
                condition=Q(per_minute__gt=0, per_day__gt=0), name="partner_key_rates_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.title}"


class PartnerCall(models.Model):
    """One call (调用日志): which key asked for what, for which matter, and what it was told. Never the data itself."""

    key = models.ForeignKey(PartnerKey, models.PROTECT, null=True, related_name="calls")
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=200)
    status = models.SmallIntegerField()
    code = models.CharField(max_length=60, blank=True)
    matter = models.CharField(max_length=100, blank=True)
    fields = models.JSONField(default=list)
    persons = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["key", "-at"], name="partner_call_of_key")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class KeptAnswer(models.Model):
    """The answer to a request with an idempotency key (幂等键), given again when the request comes again."""

    key = models.ForeignKey(PartnerKey, models.PROTECT, related_name="kept_answers")
    name = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    body = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="kept_answer_once")]

    def __str__(self) -> str:
        return self.name


class Sender(models.Model):
    """A system that sends us messages by the exchange standard, as it was registered (标准接口发送方).

    `public_key` is hexadecimal for SM2 and PEM for the algorithms of JWS. `receiver_id` is what the sender calls us.
    Answers go to `callback_uri` where a message names no address, and never to a host that is not registered.
    """

    class Algorithm(models.TextChoices):
        SM2 = "SM2", "SM2（国密）"
        EDDSA = "EdDSA", "JWS EdDSA（Ed25519）"
        ES256 = "ES256", "JWS ES256"
        RS256 = "RS256", "JWS RS256"

    sender_id = models.CharField(max_length=99, unique=True)
    key = models.ForeignKey(PartnerKey, models.PROTECT, related_name="senders")
    algorithm = models.CharField(max_length=6, choices=Algorithm.choices, blank=True)
    public_key = models.TextField(blank=True)
    is_stub_allowed = models.BooleanField(default=False)
    callback_hosts = models.JSONField(default=list)
    callback_uri = models.CharField(max_length=500, blank=True)
    receiver_id = models.CharField(max_length=99, default="anmin")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(public_key="") & ~Q(algorithm="") | Q(is_stub_allowed=True),
                name="sender_signs_or_is_a_stub",
            ),
        ]

    def __str__(self) -> str:
        return self.sender_id


class Exchange(SealedModel):
    """One asynchronous request (异步请求) and what became of it; both bodies at rest as ciphertext."""

    class State(models.TextChoices):
        RECEIVED = "rcvd", "已接收"
        PENDING = "pdng", "处理中"
        DONE = "succ", "已完成"
        REFUSED = "rjct", "未受理"

    sender = models.ForeignKey(Sender, models.PROTECT, related_name="exchanges")
    action = models.CharField(max_length=20)
    transaction = models.CharField(max_length=99)
    correlation = models.CharField(max_length=99, unique=True)
    references = models.JSONField(default=list)
    uri = models.CharField(max_length=500, blank=True)
    request = SealedJSON()
    answer = SealedJSON()
    state = models.CharField(max_length=4, choices=State.choices, default=State.RECEIVED)
    received_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["sender", "transaction"], name="exchange_transaction")]

    def __str__(self) -> str:
        return f"{self.action} {self.correlation}"


class Outgoing(SealedModel):
    """A message that waits to be sent to a partner's system (待发消息): tried until it arrives or is given up."""

    sender = models.ForeignKey(Sender, models.PROTECT, related_name="outgoing")
    exchange = models.ForeignKey(Exchange, models.PROTECT, null=True, related_name="outgoing")
    uri = models.CharField(max_length=500)
    body = SealedJSON()
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="outgoing_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Subscription(SealedModel):
    """What a sender wants to be told about (订阅), until it is ended."""

    code = models.CharField(max_length=99, unique=True)
    sender = models.ForeignKey(Sender, models.PROTECT, related_name="subscriptions")
    event = models.CharField(max_length=60)
    record_type = models.CharField(max_length=60)
    criteria = SealedJSON()
    uri = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    told_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.code
