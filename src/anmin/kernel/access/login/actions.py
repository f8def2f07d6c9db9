"""Set up the first administrators, change passwords, reset a lost second factor, put unused accounts to sleep."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access import actions as access
from anmin.kernel.access.models import FactorReset, PasswordHistory, SetupSecret, User
from anmin.kernel.audit import actions as audit

SETUP_LASTS = timedelta(hours=24)
UNUSED = timedelta(days=90)
FIRST = ("system_admin", "security_admin", "audit_admin")


class LoginProblem(ValueError):
    """Something about logging in cannot be done so; the message says why and what to do."""


@transaction.atomic
def begin_setup(*, by: Any) -> str:
    """A secret for the first set-up, told once and stored hashed; it opens /setup/ for a day, and once.

    Raises:
        LoginProblem: when there are accounts already.
    """
    if User.objects.filter(is_demo=False).exists():
        raise LoginProblem(_("已经有账号了，不能再做首次设置；请由安全管理员建立账号"))
    SetupSecret.objects.filter(used_at__isnull=True).delete()
    secret = secrets.token_urlsafe(18)
    row = SetupSecret(secret=make_password(secret), expires_at=timezone.now() + SETUP_LASTS)
    row.save()
    audit.record(by=by, act="access.setup.begin", subject="setup")
    return secret


def is_setup_secret(secret: str) -> bool:
    """Whether a secret opens the first set-up now."""
    rows = SetupSecret.objects.filter(used_at__isnull=True, expires_at__gt=timezone.now())
    return any(check_password(secret, row.secret) for row in rows)


def is_setup_open() -> bool:
    """Whether the first set-up can still be done: a secret is out and there are no accounts."""
    waiting = SetupSecret.objects.filter(used_at__isnull=True, expires_at__gt=timezone.now())
    return waiting.exists() and not User.objects.filter(is_demo=False).exists()


@transaction.atomic
def finish_setup(*, by: Any, secret: str, people: list[dict[str, str]], division: str) -> list[User]:
    """Make the three administrators, three different people, and shut the set-up for good.

    Raises:
        LoginProblem: when the secret does not open it, or names repeat.
        ValidationError: when a password breaks the rules; nothing is made then.
    """
    if not is_setup_secret(secret) or User.objects.filter(is_demo=False).exists():
        raise LoginProblem(_("设置口令不对、已用过或已过期；请重新运行 anmin init"))
    if len({row["username"] for row in people}) != len(FIRST) or len(
        {row["display_name"] for row in people}
    ) != len(FIRST):
        raise LoginProblem(_("系统、安全、审计管理员必须是三个不同的人"))
    made = []
    for role, row in zip(FIRST, people, strict=True):
        user = access.create_user(
            by=by,
            must_change=False,
            username=row["username"],
            display_name=row["display_name"],
            password=row["password"],
        )
        access.grant(by=by, user=user, division=division, role=role, first_day=timezone.localdate())
        made.append(user)
    SetupSecret.objects.filter(used_at__isnull=True).update(used_at=timezone.now())
    audit.record(
        by=by, act="access.setup.finish", subject="setup", after={"users": [u.username for u in made]}
    )
    return made


@transaction.atomic
def change_own_password(*, by: User, old: str, new: str) -> User:
    """Change one's own password, knowing the old one.

    Raises:
        LoginProblem: when the old one is wrong.
        ValidationError: when the new one breaks the rules.
    """
    if not by.check_password(old):
        raise LoginProblem(_("原密码不对"))
    return set_password(by=by, user=by, password=new, must_change=False)


@transaction.atomic
def set_password(*, by: Any, user: User, password: str, must_change: bool) -> User:
    """Set a password by the rules in force; one set by somebody else must be changed at the next log-in."""
    validate_password(password, user)
    PasswordHistory(user=user, password=user.password).save()
    user.set_password(password)
    user.password_changed_at, user.must_change_password = timezone.now(), must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    audit.record(by=by, act="access.change_password", subject=user)
    return user


@transaction.atomic
def ask_factor_reset(*, by: User, user: User, reason: str) -> FactorReset:
    """Ask that somebody's lost second factor be removed; another security administrator must approve."""
    row = FactorReset.objects.create(user=user, asked_by=by, reason=reason.strip())
    audit.record(by=by, act="access.factor_reset.ask", subject=user, reason=reason)
    return row


@transaction.atomic
def approve_factor_reset(*, by: User, request: FactorReset) -> FactorReset:
    """Remove the factors; neither the asker nor the user approves."""
    row = FactorReset.objects.select_for_update().get(pk=request.pk)
    if by.pk in (row.asked_by_id, row.user_id):
        raise LoginProblem(_("须由另一位安全管理员批准"))
    if row.approved_by_id is not None:
        raise LoginProblem(_("这件申请已经批准过了"))
    Authenticator.objects.filter(user_id=row.user_id).delete()
    row.approved_by, row.approved_at = by, timezone.now()
    row.save(update_fields=["approved_by", "approved_at"])
    audit.record(by=by, act="access.factor_reset.approve", subject=row.user)
    return row


@transaction.atomic
def unlock(*, by: Any, user: User, reason: str) -> int:
    """Let somebody try again before the lock-out ends."""
    count = reset(username=user.username)
    audit.record(by=by, act="access.unlock", subject=user, after={"attempts": count}, reason=reason)
    return int(count)


@transaction.atomic
def put_unused_to_sleep(*, by: Any) -> list[str]:
    """Disable accounts that nobody has used for 90 days (GB/T 22239: 停用多余、过期账户)."""
    limit = timezone.now() - UNUSED
    names = []
    for user in User.objects.filter(is_active=True, is_demo=False):
        last = user.last_login or user.created_at
        if last < limit:
            access.disable_user(by=by, user=user, reason=f"{UNUSED.days} 天没有登录")
            names.append(user.username)
    return names
