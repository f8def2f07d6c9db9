"""The command palette (命令面板): cases, people and pages by what somebody types, each also reachable by menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.places import full_name
from anmin.console.templatetags.anmin_page import places_for
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.queries import Case, procedure_of
from anmin.kernel.cases.table import find
from anmin.kernel.people import queries as people
from anmin.lib.names import pinyin_initials

RECENT, KEPT = "cases_recent", 6
MOST = 12
ACTIONS = (
    (gettext_lazy("我承办的办件"), "console:cases", "?handler=me", "case.read"),
    (gettext_lazy("新办件"), "console:intake", "", "case.accept|case.file"),
    (gettext_lazy("批量确认"), "console:cases", "?view=clear", "case.confirm|case.confirm_in_town"),
    (gettext_lazy("快超期的办件"), "console:cases", "?view=soon", "case.read"),
    (gettext_lazy("到期复核"), "console:reviews", "", "case.read"),
    (gettext_lazy("抽查记录"), "console:case_samples", "", "case.read"),
    (gettext_lazy("登记新人员"), "console:people", "", "register.ask"),
)
"""What one does, beside the pages of the menu: words, address, query, powers of which one is needed."""


@dataclass(frozen=True)
class Item:
    """One line of the palette."""

    title: str
    hint: str
    href: str
    kind: str


def remember(request: HttpRequest, number: str) -> None:
    """Keep a case as the one opened last; its number only."""
    older = [one for one in request.session.get(RECENT, []) if one != number]
    request.session[RECENT] = [number, *older][:KEPT]


def found(request: HttpRequest, reader: Reader, text: str) -> tuple[list[Item], list[int]]:
    """What a text finds, the likeliest first, and whose names are shown; without a text what was opened last."""
    if not text:
        numbers = [str(one) for one in request.session.get(RECENT, [])]
        rows = find.numbered(reader, numbers) if reader.may("case.read") else []
        pages = _pages(reader, "")
        return [*map(_case, rows), *pages][:MOST], [row.applicant_id for row in rows]
    cases: list[Case] = []
    persons: list[Any] = []
    if reader.may("register.read"):
        persons = people.search(reader, text, MOST).people
    if reader.may("case.read"):
        cases = find.cases_for(reader, text, [row.pk for row in persons], MOST)
    shown = [row.applicant_id for row in cases] + [row.pk for row in persons]
    items = [*map(_case, cases), *map(_person, persons), *_pages(reader, text)]
    return items[:MOST], shown


def _case(row: Case) -> Item:
    procedure = procedure_of(row)
    hint = f"{procedure.title} · {procedure.states[row.state].title} · {row.number}"
    return Item(row.applicant.name, hint, reverse("console:case", args=[row.number]), str(_("办件")))


def _person(row: Any) -> Item:
    return Item(row.name, full_name(row.division), reverse("console:person", args=[row.pk]), str(_("人员")))


def _pages(reader: Reader, text: str) -> list[Item]:
    rows = [(str(name), reverse(address)) for _key, address, name in places_for(reader)]
    rows += [
        (str(words), reverse(address) + query)
        for words, address, query, powers in ACTIONS
        if any(reader.may(power) for power in powers.split("|"))
    ]
    wanted = text.lower()
    return [
        Item(words, "", href, str(_("页面")))
        for words, href in rows
        if wanted in words.lower() or pinyin_initials(words).startswith(wanted)
    ]
