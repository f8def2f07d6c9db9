"""The work table on a page: filters from the address, rows in words, columns that also stand in its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.casewords import CHANNELS, word_of
from anmin.console.places import full_name
from anmin.console.words import is_chinese
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.queries import Case
from anmin.kernel.cases.table import named
from anmin.kernel.cases.table.bulk import TITLES, Outcome
from anmin.kernel.cases.table.queries import Filters, Line, counts, filtered, lines
from anmin.kernel.cases.upkeep.queries import due_for_review

HELD = (
    ("open", gettext_lazy("在办")),
    ("closed", gettext_lazy("已办结")),
    ("all", gettext_lazy("全部")),
)
LONGEST = 60


@dataclass(frozen=True)
class Row:
    """One case in words; `late` colours the days left: red beyond the day, amber near it."""

    case: Case
    href: str
    name: str
    household: str
    place: str
    matter: str
    state: str
    channel: str
    accepted_on: date | None
    left: int | None
    late: str
    lacks: str
    next: str
    handler: str
    doubts: int
    fen: int | None
    change: str


def filters_of(given: QueryDict) -> Filters:
    """The filters that an address asks for; what is not one of them is left out."""
    held = given.get("held", "")
    known = {name: given.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in _NAMES}
    return Filters(**known, held=held if held in dict(HELD) else "open")


_NAMES = ("view", "matter", "division", "handler", "channel", "number")


CHOSEN, OUTCOME = "cases_chosen", "cases_outcome"
"""Where a session keeps the numbers that are ticked, and what came of the last bulk step (numbers and words only)."""


def chosen_in(request: HttpRequest) -> list[str]:
    """The numbers of cases that are ticked; they stay ticked until others are."""
    return [str(number) for number in request.session.get(CHOSEN, [])]


def keep_chosen(request: HttpRequest, numbers: Sequence[str]) -> None:
    """Tick some cases."""
    request.session[CHOSEN] = list(numbers)


def keep_outcome(request: HttpRequest, what: str, found: Outcome) -> None:
    """Keep what came of a bulk step for the list that is shown next; names of people are not kept."""
    request.session[OUTCOME] = {
        "what": what,
        "done": found.done,
        "already": found.already,
        "failed": [
            [row.number, row.words if row.mend != "mandate" else "", row.mend] for row in found.failed
        ],
    }


def outcome_in(request: HttpRequest) -> dict[str, Any] | None:
    """What came of the last bulk step, once."""
    found = request.session.pop(OUTCOME, None)
    if found is None:
        return None
    return {
        "what": found["what"],
        "title": TITLES[found["what"]],
        "done": found["done"],
        "already": found["already"],
        "failed": [failure_line(number, words, mend) for number, words, mend in found["failed"]],
    }


def failure_line(number: str, words: str, mend: str) -> dict[str, str]:
    """A failure in words with the address where it is mended."""
    page = reverse("console:case", args=[number])
    href = {"worker": f"{page}#handler", "mandate": reverse("console:case_materials", args=[number])}.get(
        mend, page
    )
    if mend == "mandate":
        words = words or str(_("有成年家庭成员没有签核对授权"))
    todo = {"worker": _("去指定承办人"), "mandate": _("去补签授权")}.get(mend, _("打开这件"))
    return {"number": number, "words": words, "href": href, "todo": str(todo)}


def rows_of(cases: Sequence[Case], on: date, query: str = "") -> list[Row]:
    """Some cases in words. `query` is the list they stand in, so that a case page knows what comes after it."""
    return [_row(line, query) for line in lines(cases, on)]


def _row(line: Line, query: str) -> Row:
    case = line.case
    joint = "、" if is_chinese() else ", "
    href = reverse("console:case", args=[case.number])
    return Row(
        case=case,
        href=f"{href}?{query}" if query else href,
        name=case.applicant.name,
        household=case.household.number,
        place=full_name(case.division),
        matter=line.title,
        state=line.state,
        channel=word_of(CHANNELS, case.channel),
        accepted_on=line.accepted_on,
        left=line.left,
        late="" if line.left is None else "red" if line.left < 0 else "amber" if line.left <= 3 else "",
        lacks=joint.join(line.lacks),
        next=line.next.title if line.next is not None else "",
        handler=str(case.handler) if case.handler is not None else "",
        doubts=line.doubts,
        fen=line.fen,
        change=line.change,
    )


def sheet(rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    """The table as a file has it: headings and cells; money in yuan."""
    heading = [
        _("编号"),
        _("姓名"),
        _("户编号"),
        _("地方"),
        _("事项"),
        _("现在到哪一步"),
        _("来源"),
        _("受理日"),
        _("剩余工作日"),
        _("缺什么"),
        _("下一步"),
        _("承办人"),
        _("疑点数"),
        _("金额（元/月）"),
        _("变化类型"),
    ]
    cells = [
        [
            row.case.number,
            row.name,
            row.household,
            row.place,
            row.matter,
            row.state,
            row.channel,
            row.accepted_on.isoformat() if row.accepted_on else "",
            "" if row.left is None else row.left,
            row.lacks,
            row.next,
            row.handler,
            row.doubts,
            "" if row.fen is None else row.fen / 100,
            row.change,
        ]
        for row in rows
    ]
    return heading, cells


def waiting_for(reader: Reader, on: date) -> list[dict[str, Any]]:
    """What waits for a reader at the desk they come in by: their views that are not empty, and what they handle themselves."""
    if not (named.TOWN | named.REVIEW) & reader.powers:
        return []
    keys = [view.key for view in named.views_for(reader)]
    number = counts(reader, keys, on)
    page = reverse("console:cases")
    rows = [
        {
            "title": view.title,
            "number": number[view.key],
            "href": f"{page}?view={view.key}",
            "is_late": view.key == "soon",
        }
        for view in named.views_for(reader)
        if number[view.key]
    ]
    mine = filtered(reader, Filters(handler="me"), on).count()
    if mine:
        rows.append({"title": _("我承办的"), "number": mine, "href": f"{page}?handler=me", "is_late": False})
    due = due_for_review(reader, on).count()
    if due:
        rows.append(
            {"title": _("到期复核"), "number": due, "href": reverse("console:reviews"), "is_late": False}
        )
    return rows
