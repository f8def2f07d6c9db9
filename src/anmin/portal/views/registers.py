"""Registers that anybody may look up: a search, a map, one entry, and an error that somebody found."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.kernel.divisions.maps import Map, NoOutlines, draw
from anmin.kernel.registers import queries
from anmin.kernel.registers.declaring import Asking, Register
from anmin.lib.divisions import parent_of
from anmin.portal.language import is_chinese
from anmin.portal.pages import Visit, public
from anmin.portal.places import counties, place_name

ROWS, DOTS = 20, 300
LONGEST, LONGEST_WORDS = 40, 1000


@public
def look_up(visit: Visit, line: str, name: str) -> HttpResponse:
    """Entries by name and county, and where they lie."""
    register, query = _register(line, name), visit.request.GET
    text = query.get("q", "").replace("\x00", "").strip()[:LONGEST]
    place = query.get("place", "")
    known = {code for _city, rows in counties(visit.today) for code, _name in rows}
    place = place if place in known else ""
    found = queries.public_entries(register, text, place, visit.today)
    page = Paginator(found, ROWS).get_page(query.get("page"))
    board, dots = _map(register, found, place)
    return visit.page(
        "register",
        register=register,
        title=_title(register),
        asked=_asked(register.asks) if register.asks is not None else "",
        text=text,
        place=place,
        counties=counties(visit.today),
        page_of=page,
        rows=[
            (row, _words(register, row, register.public[0]), _words(register, row, register.public[1]))
            for row in page.object_list
        ],
        board=board,
        dots=dots,
        credit=f"{board.credit} {getattr(settings, 'MAP_APPROVAL', '')}".strip() if board else "",
    )


@public
def entry(visit: Visit, line: str, name: str, number: str) -> HttpResponse:
    """One entry, as far as it is public."""
    register = _register(line, name)
    row = _entry(register, number, visit.today)
    cells = [(_head(register, one), _words(register, row, one)) for one in register.public]
    return visit.page(
        "register_entry",
        register=register,
        title=_title(register),
        row=row,
        cells=[cell for cell in cells if cell[1]],
        place=place_name(row.division, visit.today),
        can_report=register.reports is not None,
    )


@public
def report(visit: Visit, line: str, name: str, number: str) -> HttpResponse:
    """Somebody found an error; the receipt opens nothing but the answer."""
    register = _register(line, name)
    row = _entry(register, number, visit.today)
    if register.reports is None:
        raise Http404
    posted = visit.posted
    if posted is None:
        return visit.page("register_report", register=register, row=row, written={}, errors=[])
    words = posted.get("words", "").replace("\x00", "").strip()[:LONGEST_WORDS]
    crowd = visit.too_many()
    if crowd or not words:
        errors = [("words", crowd or _("请写明哪里不对，应当是什么。"))]
        status = 429 if crowd else 422
        return visit.page(
            "register_report", status=status, register=register, row=row, written=posted, errors=errors
        )
    receipt = register.reports(entry=row, words=words, contact=posted.get("contact", "")[:50], on=visit.today)
    return visit.page("register_reported", register=register, row=row, receipt=receipt)


@public
def ask(visit: Visit, line: str, name: str) -> HttpResponse:
    """An application without a log-in; the receipt opens nothing but the answer."""
    register = _register(line, name)
    asking = register.asks
    if asking is None:
        raise Http404
    known = {code for _city, rows in counties(visit.today) for code, _name in rows}
    posted = visit.posted or {}
    given = {one: posted.get(one, "").replace("\x00", "").strip() for one in (*asking.fields, "place_code")}
    said = {
        "register": register,
        "title": _asked(asking),
        "counties": counties(visit.today),
        "place_code": given["place_code"],
        "fields": [
            (one, _head(asking.register, one), given[one], _longest(asking.register, one))
            for one in asking.fields
        ],
    }
    if visit.posted is None:
        return visit.page("register_ask", errors=[], **said)
    errors = [
        (one, f"{_head(asking.register, one)}{_('：')}{_('这一项要填。')}")
        for one in asking.fields
        if not given[one]
    ]
    if given["place_code"] not in known:
        errors.append(("place_code", _("请选是哪个县（市、区）的。")))
    crowd = visit.too_many()
    if crowd or errors:
        status = 429 if crowd else 422
        return visit.page(
            "register_ask", status=status, errors=[("place_code", crowd)] if crowd else errors, **said
        )
    values = {one: given[one][: _longest(asking.register, one)] for one in asking.fields}
    receipt = asking.take(division=given["place_code"], values=values, on=visit.today)
    return visit.page("register_reported", register=register, row=None, receipt=receipt)


def _asked(asking: Asking) -> str:
    return asking.title if is_chinese() else asking.english


def _longest(register: Register, name: str) -> int:
    return register.column(name).max_length or 100


def _register(line: str, name: str) -> Register:
    found = queries.register_named(line, name)
    if found is None or not found.public:
        raise Http404
    return found


def _entry(register: Register, number: str, on: date) -> Any:
    row = queries.public_entry(register, number, on)
    if row is None:
        raise Http404
    return row


def _title(register: Register) -> str:
    return register.title if is_chinese() else register.english


def _head(register: Register, name: str) -> str:
    return str(register.column(name).verbose_name) if is_chinese() else register.words.get(name, name)


def _words(register: Register, row: Any, name: str) -> str:
    value = queries.shown(register, row, name)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "" if value in (None, "") else _(value) if isinstance(value, str) else str(value)


def _map(register: Register, found: Any, place: str) -> tuple[Map | None, list[dict[str, Any]]]:
    """The prefecture's counties with a dot for each entry; nothing where the entries have no place on a map."""
    marks = queries.marks(register, found, DOTS)
    if not marks:
        return None, []
    try:
        board = draw(parent_of(place or marks[0][2].division[:6]) or "", {}, width=640.0)
    except (NoOutlines, ValueError):
        return None, []
    dots = [
        {"x": board.at(east, north)[0], "y": board.at(east, north)[1], "row": row}
        for east, north, row in marks
        if board.holds(east, north)
    ]
    return board, dots
