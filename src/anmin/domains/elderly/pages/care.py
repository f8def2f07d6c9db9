"""The desk of elder care, one person's page, and who has a place within fifteen minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.kit.cells import entry_href
from anmin.console.kit.figures import said
from anmin.console.kit.lists import Line
from anmin.console.personpage import who
from anmin.console.views.desk import Desk, needs
from anmin.console.words import term_of
from anmin.domains.elderly.assessment.scoring import LEVELS, Level
from anmin.domains.elderly.attention import Matter, attention
from anmin.domains.elderly.coverage.queries import reach
from anmin.domains.elderly.entitled.listing import declared as basic_list
from anmin.domains.elderly.entitled.queries import Held, care_of
from anmin.domains.elderly.powers import READ
from anmin.domains.elderly.registers.assessments import ASSESSMENTS
from anmin.domains.elderly.registers.meals import POINTS
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import figure, indicators
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Person
from anmin.kernel.registers.queries import entries, may_read, may_write, registers

SHOWN = (
    "beds_built",
    "homes_adapted",
    "points_open",
    "target_persons",
    "unable",
    "staffed",
    "day_care_cover",
)
POINTS_SHOWN = 30


@dataclass(frozen=True)
class Row:
    """One thing to look at with its way."""

    matter: Matter
    name: str
    href: str
    is_late: bool


def to_look_at(reader: Reader, on: date) -> list[Matter]:
    """What someone must look at, of the books that the reader may open."""
    return [row for row in attention(reader, on) if may_read(reader, row.register)]


def waiting(reader: Reader, on: date) -> Iterator[tuple[str, int, str, bool]]:
    """The same as one line of whoever manages or decides elder care, for the page at which they come in."""
    if not (reader.may("elders.manage") or reader.may("elders.decide")):
        return
    if found := to_look_at(reader, on):
        late = any(row.due < on for row in found)
        yield _("养老服务 · 要处理的事"), len(found), reverse("elderly:overview"), late


@needs(*READ)
def overview(desk: Desk) -> HttpResponse:
    """What someone must look at, the figures, the books."""
    found = to_look_at(desk.reader, desk.today)
    keys = [row.entry.person_id for row in found if row.register.is_about_persons]
    _noted(desk, keys, "list")
    figures = [
        (one, said(one, figure(desk.reader, one, period_of(one.period, desk.today))))
        for one in indicators(desk.reader)
        if one.line == "elderly" and one.name in SHOWN
    ]
    return desk.page(
        "elder_overview",
        "elderly",
        rows=[
            Row(row, str(row.entry), entry_href(row.register, row.entry), row.due < desk.today)
            for row in found
        ],
        figures=figures,
        books=[one for one in registers(desk.reader) if one.line == "elderly"],
        indicators=[one for one in indicators(desk.reader) if one.line == "elderly"],
        may_serve=desk.reader.may("elders.manage"),
        points=list(entries(desk.reader, POINTS).filter(state="open")[:POINTS_SHOWN]),
    )


@needs(*READ)
def person_care(desk: Desk, pk: int) -> HttpResponse:
    """One person: what she is entitled to and why, what she receives, what is under way."""
    person = the_person(desk, pk)
    found = care_of(desk.reader, person, desk.today)
    level = found.assessment.final if found.assessment is not None else None
    return desk.page(
        "elder_person",
        "elderly",
        person=person,
        who=who(person, desk.today),
        care=found,
        level=None if level is None else LEVELS[Level(level)],
        assessment_href=None if found.assessment is None else _assessment_href(found.assessment),
        books=[_book(desk, held) for held in found.held],
        meals=found.meals,
        benefits=[(title_of_benefit(row.benefit), row) for row in found.benefits],
        document=basic_list()["document"],
        is_verified=basic_list()["verified"],
        may_assess=desk.reader.may("elders.assess", person.division),
        order_href=_order_href(desk, person),
        new=[
            (
                term_of(one.register),
                reverse("console:register_new", args=[one.register.line, one.register.name]),
            )
            for one in _enterable(desk, person)
        ],
    )


@needs(*READ)
def reach_page(desk: Desk) -> HttpResponse:
    """The share of elders with a place within fifteen minutes on foot, community by community."""
    found = reach(desk.reader, desk.today)
    share = found.basis_points
    return desk.page(
        "elder_reach",
        "elderly",
        rows=sorted(found.rows, key=lambda row: (row.is_covered, -row.community.elders)),
        share=None if share is None else f"{share / 100:.1f}%",
        near=sum(row.community.elders for row in found.rows if row.is_covered),
        everyone=sum(row.community.elders for row in found.rows),
    )


def the_person(desk: Desk, pk: int) -> Person:
    """The person of an address; whoever is shown is counted and written down."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    _noted(desk, [person.pk], "page")
    return person


def _noted(desk: Desk, keys: list[int], klass: str) -> None:
    if keys:
        take(reader=desk.reader, klass=klass, person_ids=keys)
        audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["elderly"])


def _book(desk: Desk, held: Held) -> dict[str, Any]:
    """The entries of one register about the person: everything but her name."""
    lines = [Line(held.register, row) for row in held.rows]
    return {
        "title": term_of(held.register),
        "rows": [
            (line, [cell for cell in line.cells if cell.words], held_row)
            for line, held_row in zip(lines, held.rows, strict=True)
        ],
    }


def _enterable(desk: Desk, person: Person) -> list[Held]:
    wanted = ("difficulties", "beds", "adaptations", "meal-categories", "neighbours", "claims")
    return [
        Held(one, [])
        for one in registers(desk.reader)
        if one.line == "elderly" and one.name in wanted and may_write(desk.reader, one, person.division)
    ]


def _order_href(desk: Desk, person: Person) -> str | None:
    home = people.membership_on(person, desk.today)
    if home is None or not desk.reader.may("elders.visit", home.household.division):
        return None
    return f"{reverse('field:order_new', args=[home.household.number])}?person={person.pk}"


def _assessment_href(row: Any) -> str:
    return entry_href(ASSESSMENTS, row)
