"""Count a wrong try, forget the tries of somebody who got in, unlock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.models import AccessFailureLog
from django.db import connection, transaction
from django.utils import timezone

from anmin.kernel.access.login.locks.queries import locked_until
from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit

KEPT = timedelta(days=1)
"""How long single tries are kept for counting; the book of acts keeps them for good."""
NOBODY = "未登录"


def take_turns(name: str | None, address: str | None) -> None:
    """Let tries on one account, and from one address, wait for one another until their transactions end.

    Otherwise a hundred guesses sent at once would all be checked before the first of them was counted.
    """
    with connection.cursor() as cursor:
        for what in (f"login account {name}" if name else "", f"login address {address}" if address else ""):
            if what:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


@transaction.atomic
def note_failure(*, by: Any, name: str | None, address: str | None, path: str) -> bool:
    """Count a wrong try at the password or at the second factor; says whether it began a lock."""
    AccessFailureLog.objects.create(
        username=(name or "")[:255],
        ip_address=address or None,
        path_info=path[:255],
        user_agent="",
        http_accept="",
    )
    user = User.objects.filter(username=name).first() if name else None
    subject = user if user is not None else "?"
    known = {"address": address or "", "path": path[:100]}
    audit.record(by=by or NOBODY, act="access.login.refused", subject=subject, after=known, result="refused")
    end = locked_until(name, address)
    if end is not None:
        after = {**known, "until": end}
        audit.record(
            by=by or NOBODY, act="access.login.locked", subject=subject, after=after, result="refused"
        )
    return end is not None


@transaction.atomic
def forget(*, by: Any, name: str, address: str | None) -> None:
    """Somebody got in: the own wrong tries from this address count no more.

    Tries on the account from elsewhere, and tries on other accounts from here, go on counting: a log-in of one's own
    must not give four more guesses at a colleague's.
    """
    rows = AccessFailureLog.objects.filter(username=name)
    (rows.filter(ip_address=address) if address else rows).delete()


@transaction.atomic
def unlock(*, by: Any, user: User, reason: str) -> int:
    """Let somebody try again before the lock ends; gives the number of tries that were forgotten."""
    count, _rows = AccessFailureLog.objects.filter(username=user.username).delete()
    audit.record(by=by, act="access.unlock", subject=user, after={"attempts": count}, reason=reason)
    return int(count)


@transaction.atomic
def unlock_address(*, by: Any, address: str, reason: str) -> int:
    """Let an address try again before the lock ends, for instance that of an office behind one line."""
    count, _rows = AccessFailureLog.objects.filter(ip_address=address).delete()
    audit.record(by=by, act="access.unlock", subject=address, after={"attempts": count}, reason=reason)
    return int(count)


@transaction.atomic
def clear_old_tries(*, by: Any) -> int:
    """Forget single tries of yesterday."""
    count, _rows = AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - KEPT).delete()
    return int(count)
