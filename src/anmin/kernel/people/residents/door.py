"""The residents' door (居民入口): requests under one address run as a role of their own, whoever else is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from anmin.kernel.access.middleware import NOTHING, tell
from anmin.kernel.access.rls import RESIDENT_ROLE
from anmin.kernel.people.residents import actions
from anmin.kernel.people.residents.queries import resident_of, session_of
from anmin.kernel.people.residents.readers import Resident

COOKIE = "anmin_resident"
A_MINUTE = timedelta(minutes=1)


@contextmanager
def as_resident(resident: Resident | None = None) -> Iterator[None]:
    """A transaction as `anmin_resident`: the rows of one's own and of those one acts for; None sees none."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {RESIDENT_ROLE}")
        tell(NOTHING if resident is None else NOTHING | resident.settings)
        yield
        if not connection.needs_rollback:
            tell(NOTHING)
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


def serve(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Answer a request of residents. `request.resident` is the resident, or None; staff are nobody here."""
    request.user, request.reader = AnonymousUser(), None  # type: ignore[attr-defined]
    with as_resident():
        request.resident = _resident(request)  # type: ignore[attr-defined]
        response = get_response(request)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _resident(request: HttpRequest) -> Resident | None:
    token = request.COOKIES.get(COOKIE, "")
    session = session_of(token) if token else None
    if session is None:
        return None
    if timezone.now() - session.seen_at > A_MINUTE:
        actions.note_seen(by="居民", session=session)
    return resident_of(session, timezone.localdate())
