"""Public notices as on the wall, an objection to one, a complaint, and the answer for whoever has the receipt."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.kernel.cases.publicity.queries import Sheet, hanging
from anmin.kernel.cases.voices.actions import VoiceProblem, raise_voice
from anmin.kernel.cases.voices.queries import voice_by_receipt
from anmin.portal.pages import Visit, public
from anmin.portal.places import counties, place_name, towns

LONGEST = 1000


@public
def notices(visit: Visit) -> HttpResponse:
    """What hangs in a place: name, number of members, amount; nothing else."""
    county, town = visit.request.GET.get("place", ""), visit.request.GET.get("town", "")
    known = {code for _city, rows in counties(visit.today) for code, _name in rows}
    below = towns(county, visit.today) if county in known else []
    chosen = town if town in {code for code, _name in below} else county if county in known else ""
    rows = hanging(chosen, visit.today) if chosen else []
    return visit.page(
        "notices",
        counties=counties(visit.today),
        towns=below,
        county=county,
        town=town,
        chosen=chosen,
        rows=[(row, place_name(row.division, visit.today)) for row in rows],
    )


@public
def object_to(visit: Visit, number: int) -> HttpResponse:
    """Object to one line; the name may be left out, and stays sealed."""
    place = visit.request.GET.get("place", "") or (visit.posted or {}).get("place", "")
    sheet = _sheet(visit, place, number)
    if sheet is None:
        raise Http404
    return _take_in(visit, "objection", sheet.division, sheet, place)


@public
def complain(visit: Visit) -> HttpResponse:
    """A complaint about how something was handled, or a hint that something is wrong."""
    place = (visit.posted or {}).get("place", "")
    known = {code for _city, rows in counties(visit.today) for code, _name in rows}
    if visit.posted is not None and place not in known:
        return _form(visit, "complaint", None, "", [("place", _("请选一选：在哪个县（市、区）。"))])
    return _take_in(visit, "complaint", place, None, place)


def _take_in(visit: Visit, kind: str, division: str, sheet: Sheet | None, place: str) -> HttpResponse:
    if visit.posted is None:
        return _form(visit, kind, sheet, place, [])
    words = visit.posted.get("words", "").strip()[:LONGEST]
    if crowd := visit.too_many():
        return _form(visit, kind, sheet, place, [("words", crowd)], status=429)
    try:
        row = raise_voice(
            by="居民",
            kind=kind,
            division=division,
            words=words,
            on=visit.today,
            name=visit.posted.get("name", "")[:50],
            contact=visit.posted.get("contact", "")[:50],
            sheet=sheet.number if sheet is not None else None,
        )
    except VoiceProblem as trouble:
        return _form(visit, kind, sheet, place, [("words", str(trouble))])
    return visit.page("voice_taken", row=row)


def _form(
    visit: Visit,
    kind: str,
    sheet: Sheet | None,
    place: str,
    errors: list[tuple[str, str]],
    status: int = 422,
) -> HttpResponse:
    return visit.page(
        "voice_new",
        status=status if errors else 200,
        kind=kind,
        sheet=sheet,
        place=place,
        counties=counties(visit.today),
        written=visit.posted or {},
        errors=errors,
    )


@public
def voice(visit: Visit) -> HttpResponse:
    """The answer, by the number of the receipt."""
    number = visit.posted.get("number", "") if visit.posted is not None else ""
    row = voice_by_receipt(number) if number else None
    trouble = [("number", _("没有这个回执号。请对照回执再看一遍。"))] if number and row is None else []
    return visit.page("voice", status=422 if trouble else 200, row=row, number=number, errors=trouble)


def _sheet(visit: Visit, place: str, number: int) -> Sheet | None:
    known = {code for _city, rows in counties(visit.today) for code, _name in rows}
    if place[:6] not in known:
        return None
    return next((row for row in hanging(place[:6], visit.today) if row.number == number), None)
