"""The work table as a reader may see it: views, filters, rows with everything that their columns show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.changes.kinds import kind_of_cause
from anmin.kernel.cases.guards import Taken
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.procedures import Procedure, Transition
from anmin.kernel.cases.publicity.models import Objection
from anmin.kernel.cases.queries import cases, procedure_of
from anmin.kernel.cases.table import named
from anmin.kernel.cases.table.lacking import lacking_of
from anmin.kernel.cases.table.models import SavedView
from anmin.kernel.cases.table.waiting import next_step
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.screening.queries import prefix_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import load_calendar


@dataclass(frozen=True)
class Filters:
    """What a reader asks the work table for; every field empty shows everything under way.

    `held` is open, closed or all; `handler` is `me`, `none` or a key; `number` the beginning of a case's or household's.
    """

    view: str = ""
    matter: str = ""
    division: str = ""
    handler: str = ""
    channel: str = ""
    number: str = ""
    held: str = "open"

    def as_query(self) -> dict[str, str]:
        """The filters as an address carries them, without what is usual."""
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in given.items() if value and (name, value) != ("held", "open")}


@dataclass(frozen=True)
class Line:
    """One case as the table shows it.

    `left` are working days until the next thing is due, None where nothing runs; `fen` what the last opinion proposes;
    `lacks` everything missing in words; `doubts` how many things keep it from being confirmed with others.
    """

    case: Case
    title: str
    state: str
    accepted_on: date | None
    left: int | None
    lacks: tuple[str, ...]
    next: Transition | None
    doubts: int
    fen: int | None
    change: str


def filtered(reader: Reader, asked: Filters, on: date) -> QuerySet[Case]:
    """The cases that filters ask for, the most pressing first."""
    rows = cases(reader).defer("form")
    if asked.held != "all":
        rows = rows.filter(closed_on__isnull=asked.held != "closed")
    if asked.matter:
        rows = rows.filter(matter=asked.matter)
    if asked.division:
        rows = rows.filter(division__startswith=prefix_of(asked.division))
    if asked.channel:
        rows = rows.filter(channel=asked.channel)
    if asked.handler == "none":
        rows = rows.filter(handler__isnull=True)
    elif asked.handler == "me":
        rows = rows.filter(handler=reader.user)
    elif asked.handler.isdigit() and len(asked.handler) < 19:
        rows = rows.filter(handler=int(asked.handler))
    if asked.number:
        rows = rows.filter(
            Q(number__istartswith=asked.number) | Q(household__number__istartswith=asked.number)
        )
    view = named.VIEWS.get(asked.view)
    if view is not None:
        rows = rows.filter(view.where(on))
    if asked.held == "closed":
        return rows.order_by("-closed_on", "-pk")
    return rows.order_by(F("due").asc(nulls_last=True), "pk")


def keys_of(reader: Reader, asked: Filters, on: date) -> QuerySet[Case, int]:
    """The keys of the cases that filters ask for: what a page is cut from, before anything is joined to its rows."""
    return filtered(reader, asked, on).values_list("pk", flat=True)


def rows_with(reader: Reader, keys: Sequence[int]) -> list[Case]:
    """Some cases by their keys, in this order, as far as the reader may see them."""
    found = cases(reader).defer("form").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def lines(rows: Sequence[Case], on: date) -> list[Line]:
    """Some cases with everything their columns show, in a number of questions that does not grow with them."""
    steps = _steps_of(rows)
    lacks = lacking_of(rows, steps, on)
    keys = [row.pk for row in rows]
    objected = set(Objection.objects.filter(case__in=keys).values_list("case", flat=True))
    facts = CaseFact.objects.filter(named.differs(), case__in=keys).order_by()
    disputed = dict(facts.values("case").annotate(n=Count("pk")).values_list("case", "n"))
    calendar = load_calendar(on_unknown="provisional")
    found = []
    for row in rows:
        procedure, mine = procedure_of(row), steps.get(row.pk, [])
        taken = [taken_of(step) for step in mine]
        returned = any(step.action.startswith("return") for step in mine)
        papers = lacks.get(row.pk, ())
        found.append(
            Line(
                case=row,
                title=procedure.title,
                state=procedure.states[row.state].title,
                accepted_on=next((step.on for step in mine if step.action == "accept"), None),
                left=None if row.due is None else calendar.working_days_between(on, row.due),
                lacks=papers,
                next=next_step(procedure, row.state, taken, row.causes, lacks_papers=bool(papers)),
                doubts=disputed.get(row.pk, 0) + bool(row.causes) + (row.pk in objected) + returned,
                fen=amount_of(mine, row.last_step),
                change=_change(row, procedure),
            )
        )
    return found


def taken_of(step: Step) -> Taken:
    """A step as the guards know it."""
    takers = frozenset(filter(None, (step.by_id, step.beside_id)))
    return Taken(step.number, step.action, takers, str(step.details.get("publicity", "")))


def _steps_of(rows: Iterable[Case]) -> dict[int, list[Step]]:
    found: dict[int, list[Step]] = {}
    wanted = Step.objects.filter(case__in=[row.pk for row in rows]).defer("reason").order_by("number")
    for step in wanted:
        found.setdefault(step.case_id, []).append(step)
    return found


def amount_of(steps: Sequence[Step], last: int) -> int | None:
    """Fen a month by the last opinion; None before there is one, or where everything is paid once."""
    claims = next((step.details["claims"] for step in reversed(steps) if "claims" in step.details), None)
    if claims is None:
        return None
    benefits = rulebook().benefits
    return sum(fen for key, _member, fen in claims if key in benefits)


def _change(row: Case, procedure: Procedure) -> str:
    kinds = [kind.title for cause in row.causes if (kind := kind_of_cause(cause)) is not None]
    if kinds:
        return "、".join(kinds)
    if row.entitlement_id is not None:
        return procedure.title
    return str(_("转办")) if row.channel == Case.Channel.TRANSFER else str(_("新申请"))


def case_rows(reader: Reader, numbers: Sequence[str]) -> list[Case]:
    """Some cases by their numbers, in this order, as far as the reader may see them."""
    found = {row.number: row for row in cases(reader).filter(number__in=numbers)}
    return [found[number] for number in numbers if number in found]


def saved_views(reader: Reader) -> list[tuple[SavedView, Filters]]:
    """The views that the reader saved, the oldest first; filters that no longer exist are left out."""
    if reader.user is None:
        return []
    rows = SavedView.objects.filter(owner=reader.user).order_by("pk")
    known = set(Filters.__dataclass_fields__)
    return [
        (row, Filters(**{name: str(value) for name, value in row.filters.items() if name in known}))
        for row in rows
    ]


def counts(reader: Reader, keys: Iterable[str], on: date) -> dict[str, int]:
    """How many cases under way stand in each of some views."""
    wanted = {key: Count("pk", filter=named.VIEWS[key].where(on)) for key in keys}
    return filtered(reader, Filters(), on).order_by().aggregate(**wanted) if wanted else {}


def around(reader: Reader, asked: Filters, on: date, case: Case) -> tuple[Case | None, Case | None]:
    """The cases before and after another one in a list, whether or not it still stands there itself."""
    rows = filtered(reader, asked, on).exclude(pk=case.pk)
    undated = Q(due__isnull=True)
    later = Q(due__gt=case.due) | Q(due=case.due, pk__gt=case.pk) | undated
    after = undated & Q(pk__gt=case.pk) if case.due is None else later
    before = rows.exclude(after) if case.due is None else rows.filter(due__lte=case.due).exclude(after)
    return before.last(), rows.filter(after).first()


def stands_in(reader: Reader, asked: Filters, on: date, case: Case) -> bool:
    """Whether a case stands in a list."""
    return filtered(reader, asked, on).filter(pk=case.pk).exists()
