"""The way in and out of residents: number and name, then the code; no face scan, no password."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from anmin.kernel.access.login.address import client_address
from anmin.kernel.cases.demo.residents import demo_residents
from anmin.kernel.people.residents import actions as residents
from anmin.kernel.people.residents.door import COOKIE
from anmin.lib.text import compact
from anmin.portal.pages import Visit, kept_fields, public, safe_next

NUMBER, NAME, CODE = 18, 50, 8


@public
def enter(visit: Visit) -> HttpResponse:
    """Who are you: number and name. The answer is the same for everybody."""
    posted = visit.posted
    if posted is None:
        where = safe_next(visit.request, visit.request.GET.get("next", ""))
        return _number_page(visit, where, "")
    written = {name: posted.get(name, "").strip() for name in ("number", "name")}
    errors = [
        (name, words)
        for name, words in (
            ("number", _("请填写身份证号码。")),
            ("name", _("请填写姓名。")),
        )
        if not written[name]
    ]
    number = compact(written["number"])
    if written["number"] and (len(number) not in (15, NUMBER) or not number[:-1].isdigit()):
        errors.append(("number", _("身份证号码是 18 位，最后一位可能是 X。请对照证件再看一遍。")))
    where, kept = safe_next(visit.request, posted.get("next", "")), posted.get("kept", "")
    if not errors:
        try:
            asked = residents.ask_code(
                by="居民",
                number=number,
                name=written["name"][:NAME],
                address=client_address(visit.request),
            )
        except residents.EntryRefused as trouble:
            errors = [("number", str(trouble))]
        else:
            return _code_page(visit, asked.ticket, where, kept, asked.shown)
    return _number_page(visit, where, kept, written, errors)


def _number_page(
    visit: Visit,
    where: str,
    kept: str,
    written: Mapping[str, str] | None = None,
    errors: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    return visit.page(
        "enter",
        status=422 if errors else 200,
        next=where,
        kept=kept,
        why="",
        written=written or {},
        errors=errors,
        accounts=demo_residents(),
    )


@public
def enter_code(visit: Visit, ticket: str) -> HttpResponse:
    """The code: from the telephone, from a slip, or read out by a worker."""
    posted = visit.posted
    if posted is None:
        return _code_page(visit, ticket, safe_next(visit.request, visit.request.GET.get("next", "")), "")
    where, kept, code = (
        safe_next(visit.request, posted.get("next", "")),
        posted.get("kept", ""),
        posted.get("code", "").strip(),
    )
    if not code:
        return _code_page(visit, ticket, where, kept, error=_("请填写验证码。"))
    try:
        token = residents.enter(by="居民", ticket=ticket, code=code)
    except residents.EntryRefused as trouble:
        return _code_page(visit, ticket, where, kept, error=str(trouble))
    fields = kept_fields(kept) if kept else []
    answer = visit.page("go_on", action=where, fields=fields) if fields else HttpResponseRedirect(where)
    answer.set_cookie(
        COOKIE,
        token,
        path=reverse("residents:home"),
        httponly=True,
        samesite="Lax",
        secure=visit.request.is_secure(),
    )
    return answer


@require_POST
@public
def leave(visit: Visit) -> HttpResponse:
    """Go out; nothing of the visit stays in the browser."""
    if visit.resident is not None:
        residents.leave(by=visit.resident)
    answer = visit.go("home")
    answer.delete_cookie(COOKIE, path=reverse("residents:home"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _code_page(
    visit: Visit, ticket: str, where: str, kept: str, shown: str = "", error: str = ""
) -> HttpResponse:
    return visit.page(
        "enter_code",
        status=422 if error else 200,
        ticket=ticket,
        next=where,
        kept=kept,
        shown=shown,
        error=error,
    )


language: Callable[..., HttpResponse] = require_POST(set_language)
"""Keep the language in a cookie and go back to the page."""
