"""One transaction a request, as a role that owns nothing, with what the reader may see told to the database.

Replaces Django's ATOMIC_REQUESTS, which begins too late: sessions, log-in and the page must share one reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from anmin.kernel.access.queries import Reader, reader_for
from anmin.kernel.access.rls import WEB_ROLE
from anmin.kernel.audit import actions as audit

FORBIDDEN = 403

NOTHING = {
    "anmin.lo": "",
    "anmin.hi": "",
    "anmin.ranges": "0",
    "anmin.scope": "",
    "anmin.work_lo": "",
    "anmin.work_hi": "",
    "anmin.works": "0",
    "anmin.work": "",
    "anmin.level": "-1",
    "anmin.case_level": "-1",
    "anmin.user": "",
    "anmin.day": "",
    "anmin.writes": "",
    "anmin.grants": "",
    "anmin.partner": "",
    "anmin.resident": "",
    "anmin.own_any": "",
    "anmin.own_apply": "",
    "anmin.own_case": "",
    "anmin.own_money": "",
    "anmin.session": "",
    "anmin.ticket": "",
    "anmin.mark": "",
    "anmin.place": "",
    "anmin.message": "",
    "anmin.voice": "",
}


def tell(told: Mapping[str, str]) -> None:
    """Tell the database, for this transaction, what may be seen."""
    names = ", ".join(["set_config(%s, %s, true)"] * len(told))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names}", [part for pair in told.items() for part in pair])


@contextmanager
def reading_as(reader: Reader | None) -> Iterator[None]:
    """A transaction as `anmin_web` with a reader's scope; None sees no row of any person."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
        tell(NOTHING if reader is None else reader.settings)
        yield
        if not connection.needs_rollback:
            _step_back()


def _step_back() -> None:
    """Inside an outer transaction, as in tests, the role and the settings would outlive the request."""
    tell(NOTHING)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


class ScopedTransaction:
    """The middleware. `request.reader` is the reader, or None for somebody who is not logged in.

    Addresses in `DOORS` are not for staff: the function named there answers them in a transaction of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for prefix, door in settings.DOORS.items():
            if request.path_info.startswith(prefix):
                serve: Callable[..., HttpResponse] = import_string(door)
                return serve(request, self.get_response)
        with reading_as(None):
            reader = request.reader = self._reader(request)  # type: ignore[attr-defined]
            if reader is not None:
                tell(reader.settings)
            response = self.get_response(request)
        if response.status_code == FORBIDDEN and reader is not None:
            self._note_refusal(request, reader)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A view that fails leaves nothing written."""
        transaction.set_rollback(True)

    @staticmethod
    def _reader(request: HttpRequest) -> Reader | None:
        user: Any = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        return reader_for(user, timezone.localdate())

    @staticmethod
    def _note_refusal(request: HttpRequest, reader: Reader) -> None:
        """A refusal is an act too; it is written after everything else was rolled back."""
        match = request.resolver_match
        with reading_as(None):
            audit.record(
                by=reader.user,
                act="access.refused",
                subject=match.view_name if match is not None else "",
                after={"method": request.method},
            )
