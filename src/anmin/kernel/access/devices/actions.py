"""Note where somebody is logged in, and end sessions at once."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.http import HttpRequest

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit


@transaction.atomic
def see(*, by: Any, request: HttpRequest) -> None:
    """Note that a session is alive, from where and with which browser."""
    UserSession.objects.create_from_request(request)


@transaction.atomic
def end_sessions(*, by: Any, user: User, reason: str, keep: str = "", only: int | None = None) -> int:
    """End a user's sessions now: the next click of each is that of somebody who is not logged in.

    `keep` is the key of a session that stays; `only` names one session by its number. Gives how many were ended.
    """
    rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    if keys:
        Session.objects.filter(session_key__in=keys).delete()
        rows.delete()
        audit.record(
            by=by, act="access.sessions.end", subject=user, after={"sessions": len(keys)}, reason=reason
        )
    return len(keys)


@transaction.atomic
def clear_ended_sessions(*, by: Any) -> int:
    """Forget sessions that ended by themselves."""
    call_command("clearsessions")
    alive = Session.objects.values("session_key")
    count, _rows = UserSession.objects.exclude(session_key__in=alive).delete()
    return int(count)
