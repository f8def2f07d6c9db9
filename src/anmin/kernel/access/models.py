"""Users, what they have been granted, and the exceptions that were allowed for hours."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anmin.kernel.keys.rows import CodedModel


class UserManager(BaseUserManager["User"]):
    """Finds users for Django's login."""


class User(AbstractBaseUser, CodedModel):
    """A member of staff (工作人员). There is no superuser: what a user may see comes from grants alone."""

    CODED = ("username", "password", "is_active", "is_demo", "must_change_password")

    username = models.CharField(max_length=50, unique=True)
    display_name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    def __str__(self) -> str:
        return self.display_name or self.username


class Grant(CodedModel):
    """A role in a division (授权), for a span of days; both ends inclusive.

    A database trigger refuses two roles that exclude one another on any shared day. `caseload`, when it is not empty,
    narrows the grant to persons whom the worker was assigned (`Assignment`); `clearance` may be lower than the
    role's, never higher.
    """

    CODED = ("user_id", "division", "role", "caseload", "clearance", "first_day", "last_day", "given_by")

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    division = models.CharField(max_length=12)
    role = models.CharField(max_length=50)
    caseload = models.CharField(max_length=40, blank=True)
    clearance = models.SmallIntegerField(null=True, blank=True)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    given_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="grant_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user", "division", "role", "first_day"], name="grant_once_from_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.division}"


class Assignment(CodedModel):
    """A record that a worker was assigned (承办指定): what a grant narrowed to assigned records shows.

    未成年人网络保护条例 §36 asks for approval before a worker sees a minor's record: the row is that approval, dated,
    with its reason, given by somebody else.
    """

    CODED = ("user_id", "person", "first_day", "last_day", "reason", "given_by_id")

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    person = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    reason = models.CharField(max_length=300)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="given_assignments")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="assignment_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(user=F("given_by")), name="assignment_given_by_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="assignment_has_a_reason"),
        ]
        indexes = [models.Index(fields=["user", "person"], name="assignment_in_force")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.person}"


class RoleConflict(models.Model):
    """Two roles that nobody holds on the same day (不相容岗位), as the trigger on grants reads them."""

    one = models.CharField(max_length=50)
    other = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="role_conflict_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="role_conflict_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} × {self.other}"


class BreakGlass(CodedModel):
    """An exception (紧急查阅): one reader may see one protected person for at most four hours.

    Somebody else approves it, and everything seen under it is reviewed afterwards.
    """

    CODED = ("user_id", "person", "reason", "state", "approved_by_id", "until", "reviewed_by_id", "review")

    class State(models.TextChoices):
        ASKED = "asked", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"

    user = models.ForeignKey(User, models.PROTECT, related_name="break_glass")
    person = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="approved_break_glass")
    until = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="reviewed_break_glass")
    review = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="break_glass_has_a_reason"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("user")),
                name="break_glass_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, until__isnull=False),
                name="break_glass_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user")),
                name="break_glass_reviewed_by_another",
            ),
        ]
        indexes = [models.Index(fields=["user", "person", "until"], name="break_glass_in_force")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.person}"


class Taking(models.Model):
    """How many different persons a reader took in a day (批量获取), by the persons themselves, once each."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="takings")
    via = models.CharField(max_length=60)
    day = models.DateField()
    person = models.BigIntegerField()
    klass = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["via", "day", "person", "klass"], name="taken_once_a_day"),
        ]
        indexes = [models.Index(fields=["via", "day"], name="taking_by_reader")]

    def __str__(self) -> str:
        return f"{self.via} {self.day}"


class TakingPermit(CodedModel):
    """Leave to take more persons in a day than the first tier (批量获取审批), given by somebody else, with a purpose."""

    CODED = ("user_id", "day", "klass", "limit", "purpose", "approved_by_id")

    user = models.ForeignKey(User, models.PROTECT, related_name="taking_permits")
    day = models.DateField()
    klass = models.CharField(max_length=10)
    limit = models.IntegerField()
    purpose = models.CharField(max_length=300)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="approved_takings")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("user")),
                name="taking_permit_by_another",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="taking_permit_has_a_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day} {self.limit}"


class TakingAlarm(models.Model):
    """A reader reached a tier (批量获取告警); the security administrator looks into it."""

    via = models.CharField(max_length=60)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="taking_alarms")
    day = models.DateField()
    tier = models.IntegerField()
    count = models.IntegerField()
    raised_at = models.DateTimeField(auto_now_add=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="reviewed_takings")
    review = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["via", "day", "tier"], name="taking_alarm_once")]

    def __str__(self) -> str:
        return f"{self.via} {self.day} {self.tier}"


class Delegation(CodedModel):
    """Somebody acts for a member of the family (委托代办) in named matters, until it ends or is taken back."""

    CODED = (
        "person",
        "helper",
        "purposes",
        "channel",
        "first_day",
        "last_day",
        "confirmed_by_id",
        "revoked_at",
        "reason",
    )

    class Channel(models.TextChoices):
        PHONE = "phone", "电话验证码"
        WORKER = "worker", "工作人员当面确认"
        PAPER = "paper", "书面委托书"

    person = models.BigIntegerField()
    helper = models.BigIntegerField()
    purposes = models.JSONField(default=list)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="confirmed_delegations")
    revoked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("helper")), name="delegation_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="delegation_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["helper", "person"], name="delegation_in_force")]

    def __str__(self) -> str:
        return f"{self.helper} 代 {self.person}"


class PhoneCode(models.Model):
    """A code sent to somebody's telephone to confirm a delegation (委托确认码), hashed, with what it would give."""

    person = models.BigIntegerField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="asked_codes")
    asked_at = models.DateTimeField(auto_now_add=True)
    code = models.CharField(max_length=128)
    until = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    wanted = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(used_at__isnull=True), name="phone_code_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.until:%Y-%m-%d %H:%M}"


class PasswordHistory(models.Model):
    """A password somebody had before, hashed (历史口令)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class SetupSecret(models.Model):
    """The secret of the first set-up, hashed; it opens once and for a day."""

    secret = models.CharField(max_length=128)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d %H:%M}"


class FactorReset(models.Model):
    """A lost second factor is to be removed (重设第二因素): asked by one administrator, approved by another.

    One at a time waits for each user; a refused one, and one that waited too long, is closed.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="factor_resets")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="asked_factor_resets")
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="approved_factor_resets")
    approved_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="refused_factor_resets")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(approved_at__isnull=True, refused_at__isnull=True),
                name="factor_reset_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(refused_at__isnull=True),
                name="factor_reset_one_answer",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("asked_by")) & ~Q(approved_by=F("user"))),
                name="factor_reset_by_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="factor_reset_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
