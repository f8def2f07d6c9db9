"""Who calls: the key behind a bearer token, what it opens, how often, and the log of its calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.security import HttpBearer

from anmin.api.problems import Problem
from anmin.kernel.access.middleware import tell
from anmin.kernel.access.queries import Reader
from anmin.kernel.partners import actions, queries
from anmin.kernel.partners.queries import PartnerKey, Refused


class Caller:
    """A partner's system on a call: its key, and the reader it is."""

    def __init__(self, key: PartnerKey, reader: Reader) -> None:
        self.key, self.reader = key, reader
        self.persons = 0
        self.fields: list[str] = []
        self.matter = ""

    def must_have(self, power: str) -> None:
        """Refuse a call for which the key has no power."""
        if power not in self.key.powers:
            raise Problem(
                403, "power_not_granted", "这把密钥没有这个接口的权限", where=power, todo="向民政部门申请"
            )


def turned_away(request: HttpRequest, key: PartnerKey | None, status: int, code: str) -> None:
    """Write a call down that no view came to see."""
    actions.record_call(
        by="partner" if key is None else str(key),
        key=key,
        method=request.method or "",
        path=request.path,
        status=status,
        code=code,
    )


class KeyAuth(HttpBearer):  # type: ignore[misc]
    """Bearer tokens. A wrong, expired or revoked key gets one and the same answer; the log says which it was."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The caller, and the database told what the caller may see."""
        found = queries.key_by_token(token, timezone.localdate())
        if isinstance(found, Refused):
            turned_away(request, found.key, 401, found.why)
            return None
        if queries.calls_in_last_minute(found, timezone.now()) >= found.per_minute:
            turned_away(request, found, 429, "too_many_requests")
            raise Problem(
                429, "too_many_requests", "调用太频繁", todo=f"每分钟不超过 {found.per_minute} 次，稍后再试"
            )
        reader = queries.reader_of_key(found, timezone.localdate())
        tell({**reader.settings, "anmin.partner": str(found.partner_id)})
        return Caller(found, reader)


def called(view: Callable[..., Any]) -> Callable[..., Any]:
    """Write the call down with what it was told, also when it was refused."""

    @wraps(view)
    def written(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        caller: Caller = request.auth  # type: ignore[attr-defined]
        status, code = 200, ""
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            status, code = problem.status, problem.code
            raise
        finally:
            actions.record_call(
                by=caller.reader.name,
                key=caller.key,
                method=request.method or "",
                path=request.path,
                status=status,
                code=code,
                matter=caller.matter,
                fields=caller.fields,
                persons=caller.persons,
            )

    return written


def with_a_key(
    auth: HttpBearer, refused: Callable[[HttpRequest, Problem | None], HttpResponse]
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Tell only callers with a valid key how an interface works: the framework serves its description to anybody.

    `refused` writes the answer to a problem, or to somebody without a valid key, in the interface's own shape.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                caller = auth(request)
            except Problem as problem:
                return refused(request, problem)
            if caller is None:
                return refused(request, None)
            request.auth = caller  # type: ignore[attr-defined]
            told: HttpResponse = called(view)(request, *args, **kwargs)
            return told

        return shown

    return wrap
