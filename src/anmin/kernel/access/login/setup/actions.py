"""Begin and finish the first set-up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access import actions as access
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.login.setup.queries import has_accounts, is_setup_secret
from anmin.kernel.access.models import SetupSecret, User
from anmin.kernel.audit import actions as audit

LASTS = timedelta(hours=24)
FIRST = ("system_admin", "security_admin", "audit_admin")
"""The roles of the first three (三员分立, GB/T 22239 §8.1.5), in the order in which people are given."""


@dataclass(frozen=True)
class Newcomer:
    """One of the three: how they log in and what they are called."""

    username: str
    display_name: str
    password: str


class NewcomerProblem(LoginProblem):
    """What is wrong with one of the three; `place` is 0, 1 or 2, `part` the field."""

    def __init__(self, words: list[str], place: int, part: str) -> None:
        super().__init__(" ".join(words))
        self.words, self.place, self.part = words, place, part


@transaction.atomic
def begin_setup(*, by: Any) -> str:
    """A secret for the first set-up, told once and stored hashed; it opens /setup/ for a day, and once.

    Raises:
        LoginProblem: when there are accounts already.
    """
    if has_accounts():
        raise LoginProblem(_("已经有账号了，不能再做首次设置；请由安全管理员建立账号"))
    SetupSecret.objects.filter(used_at__isnull=True).delete()
    secret = secrets.token_urlsafe(18)
    SetupSecret.objects.create(secret=make_password(secret), expires_at=timezone.now() + LASTS)
    audit.record(by=by, act="access.setup.begin", subject="setup")
    return secret


@transaction.atomic
def finish_setup(*, by: Any, secret: str, people: list[Newcomer], division: str) -> list[User]:
    """Make the three administrators, three different people, and shut the set-up for good.

    Raises:
        LoginProblem: when the secret does not open it; NewcomerProblem when one of the three cannot be made so.
        GrantProblem, ValueError: for a division that is none, or of the wrong level. Nothing is made then.
    """
    with connection.cursor() as cursor:
        # Two forms sent at once would both find no account; the second waits and finds three.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('first set-up', 0))")
    if has_accounts() or not is_setup_secret(secret):
        raise LoginProblem(_("设置口令不对、已用过或已过期。请在服务器上运行 anmin init，用新显示的口令。"))
    _must_differ(people)
    made = [
        _make(by=by, place=place, role=role, newcomer=newcomer, division=division)
        for place, (role, newcomer) in enumerate(zip(FIRST, people, strict=True))
    ]
    SetupSecret.objects.filter(used_at__isnull=True).update(used_at=timezone.now())
    audit.record(
        by=by, act="access.setup.finish", subject="setup", after={"users": [user.username for user in made]}
    )
    return made


def _must_differ(people: list[Newcomer]) -> None:
    for part in ("username", "display_name", "password"):
        seen: set[str] = set()
        for place, one in enumerate(people):
            value = getattr(one, part).strip()
            value = value if part == "password" else value.casefold()
            if value in seen:
                raise NewcomerProblem(
                    [_("系统、安全、审计管理员必须是三个不同的人，用户名、姓名、密码都不能相同。")],
                    place,
                    part,
                )
            seen.add(value)


def _make(*, by: Any, place: int, role: str, newcomer: Newcomer, division: str) -> User:
    try:
        user = access.create_user(
            by=by,
            must_change=False,
            username=newcomer.username,
            display_name=newcomer.display_name,
            password=newcomer.password,
        )
    except ValidationError as trouble:
        raise NewcomerProblem(list(trouble.messages), place, "password") from trouble
    access.grant(by=by, user=user, division=division, role=role, first_day=timezone.localdate())
    return user
