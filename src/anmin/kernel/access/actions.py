"""Create users and grant them divisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.queries import DEMO_PASSWORD
from anmin.kernel.audit import actions as audit
from anmin.lib.divisions import canonical


class DemoOnly(RuntimeError):
    """Demonstration log-ins were asked for outside demonstration mode."""


@transaction.atomic
def create_user(*, by: Any, username: str, display_name: str, password: str, is_demo: bool = False) -> User:
    """Create a user; a password that breaks the rules raises ValidationError and nothing is written."""
    user = User(username=username, display_name=display_name, is_demo=is_demo)
    if not is_demo:
        validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    audit.record(
        by=by, act="access.create_user", subject=user, after={"username": username, "is_demo": is_demo}
    )
    return user


@transaction.atomic
def grant(
    *, by: Any, user: User, division: str, role: str, first_day: date, last_day: date | None = None
) -> Grant:
    """Let a user see a division and all below it from a day on."""
    row = Grant.objects.create(
        user=user, division=canonical(division), role=role, first_day=first_day, last_day=last_day
    )
    after = {
        "user": user.username,
        "division": row.division,
        "role": role,
        "first_day": first_day,
        "last_day": last_day,
    }
    audit.record(by=by, act="access.grant", subject=row, after=after, division=row.division)
    return row


@transaction.atomic
def end_grant(*, by: Any, grant: Grant, last_day: date, reason: str) -> Grant:
    """Let a grant end; the row stays."""
    before = {"last_day": grant.last_day}
    grant.last_day = last_day
    grant.save(update_fields=["last_day"])
    audit.record(
        by=by,
        act="access.end_grant",
        subject=grant,
        before=before,
        after={"last_day": last_day},
        reason=reason,
        division=grant.division,
    )
    return grant


@transaction.atomic
def change_password(*, by: Any, user: User, password: str) -> User:
    """Set a new password by the rules in force."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=by, act="access.change_password", subject=user)
    return user


@transaction.atomic
def create_demo_staff(*, by: Any, places: list[tuple[str, str, str]], on: date) -> list[User]:
    """The log-ins of the demonstration city: (username, display name, division) each.

    Raises:
        DemoOnly: outside demonstration mode, so that no known password ever opens a real installation.
    """
    if not settings.DEMO:
        raise DemoOnly("演示账号只能在演示模式下创建")
    users = []
    for username, display_name, division in places:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_user(
                by=by, username=username, display_name=display_name, password=DEMO_PASSWORD, is_demo=True
            )
            grant(by=by, user=user, division=division, role="演示", first_day=on)
        users.append(user)
    return users
