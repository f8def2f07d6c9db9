"""Codes that let residents in, and their sessions. Codes and tokens are kept hashed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ResidentCode(models.Model):
    """A code by which a resident proves who they are (居民验证码), or the empty place of one for somebody unknown.

    `ticket` is the form that asked, `mark` the keyed hash of the identity number typed, `place` that of the address it
    came from. A slip and a code given face to face have a worker; `wanted` is what a code confirms beside the log-in.
    """

    class Kind(models.TextChoices):
        LOGIN = "login", "登录短信码"
        DELEGATION = "delegation", "委托确认码"
        CONSENT = "consent", "核对授权确认码"
        DESK = "desk", "当面登录码"
        SLIP = "slip", "纸条登录码"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    ticket = models.CharField(max_length=40, unique=True)
    mark = models.CharField(max_length=32)
    place = models.CharField(max_length=32, blank=True)
    person = models.BigIntegerField(null=True)
    code = models.CharField(max_length=128)
    wanted = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="given_codes"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["desk", "slip"]) | Q(given_by__isnull=False, person__isnull=False),
                name="resident_code_given_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["mark", "-made_at"], name="resident_code_of_number"),
            models.Index(fields=["place", "-made_at"], name="resident_code_of_place"),
        ]

    def __str__(self) -> str:
        return f"居民验证码 {self.pk}"


class ResidentSession(models.Model):
    """A resident who is logged in (居民会话); `way` is how they came in. Entirely apart from staff sessions."""

    token = models.CharField(max_length=64, unique=True)
    person = models.BigIntegerField()
    way = models.CharField(max_length=12)
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-began_at"], name="resident_session_of_person")]

    def __str__(self) -> str:
        return f"居民会话 {self.pk}"


class PublicForm(models.Model):
    """One form sent in without a log-in (公开表格), counted for a day and tied to nothing that it said.

    `place` is the keyed hash of the address it came from; the objection or report itself knows no address.
    """

    place = models.CharField(max_length=32)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["place", "-made_at"], name="public_form_of_place")]

    def __str__(self) -> str:
        return f"公开表格 {self.pk}"
