"""Papers of a case as a reader may see them: what was made, and what may be made now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.safestring import SafeString

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers.writers import WRITERS
from anmin.kernel.cases.publicity.queries import Sheet
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.papers import data
from anmin.kernel.papers import queries as papers
from anmin.kernel.papers.checking import checked
from anmin.kernel.papers.composing import composed
from anmin.kernel.papers.html import html_of
from anmin.kernel.papers.kinds import kind
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.offices import town_office
from anmin.kernel.papers.words import PaperProblem

ALWAYS = frozenset({"application", "summary", "why"})
"""Kinds that every case may need, whatever its steps hand out."""
WALL = "publicity_sheet"
"""The kind of paper that hangs in public."""


@dataclass(frozen=True)
class Makeable:
    """A kind of paper of a case: its key, what it is called, what still stands in its way, the version of its template."""

    key: str
    name: str
    obstacle: str = ""
    template: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it can be made now."""
        return not self.obstacle


def papers_of(reader: Reader, case: Case) -> list[Paper]:
    """The papers that were made of a case, in order."""
    return papers.papers_about(reader, case.number)


def kinds_made(reader: Reader, cases: Sequence[Case]) -> dict[str, set[str]]:
    """The kinds of papers that were made of each of some cases, by number: one question for all of them."""
    found: dict[str, set[str]] = {case.number: set() for case in cases}
    for subject, key in papers.papers(reader).filter(subject__in=list(found)).values_list("subject", "kind"):
        found[subject].add(key)
    return found


def read_together(cases: Sequence[Case]) -> None:
    """Read what papers tell of some cases for all of them at once, for questions of this moment alone."""
    prefetch_related_objects(
        cases,
        *("steps__decision", "steps__by", "steps__beside", "clocks", "publicities", "objections"),
        *("members__person__identifiers", "applicant__identifiers", "application__helper", "household"),
    )


def makeable(case: Case, *, on: date, without: Collection[str] = ()) -> list[Makeable]:
    """Every kind a case may need, each with why it cannot be made yet; kinds of other matters are left out.

    Kinds `without` which the caller does are not looked at: each costs the reading of what it would tell.
    """
    return list(_makeable(case, on, without))


def first_makeable(case: Case, *, on: date, without: Collection[str] = ()) -> Makeable | None:
    """A kind that can be made now, else one that cannot with the reason, or None; no more is read than that takes."""
    held = None
    for row in _makeable(case, on, without):
        if row.is_open:
            return row
        held = held or row
    return held


def _makeable(case: Case, on: date, without: Collection[str]) -> Iterator[Makeable]:
    procedure = procedure_of(case)
    wanted = ALWAYS | {paper for step in procedure.transitions for paper in step.papers}
    wanted |= {"authorisation"} if procedure.intake.get("sources") else set()
    for key in WRITERS:
        if key in without:
            continue
        obstacle = ""
        try:
            paper_data(case, key, on=on)
        except PaperProblem as trouble:
            obstacle = trouble.what
        if obstacle and key not in wanted:
            continue
        chosen = kind(key, case.division)
        yield Makeable(key, chosen.name, obstacle, chosen.template)


def preview_of(case: Case, key: str, *, on: date) -> SafeString:
    """How a paper of a case would look today, as a fragment for `papers/paper.css`; nothing is kept (预览).

    Raises:
        PaperProblem: while the case lacks what the paper tells.
    """
    chosen = kind(key, case.division)
    return html_of([composed(chosen, checked(chosen, paper_data(case, key, on=on)), code="")])


def wall_of(sheets: Sequence[Sheet], *, on: date) -> SafeString:
    """Sheets that hang, for the wall of each village: a page for each place and span of days (公示单)."""
    groups: dict[tuple[str, date, date], list[Sheet]] = {}
    for row in sheets:
        groups.setdefault((row.division, row.first_day, row.last_day), []).append(row)
    found = []
    for (division, first_day, last_day), rows in sorted(groups.items()):
        place, chosen = name_of(division, first_day), kind(WALL, division)
        paper = data.PublicityPaper(
            issuer=town_office(division, on),
            number="",
            on=first_day,
            matter="社会救助",
            rules="",
            place=place,
            rows=[data.Published(row.shown.name, place, row.shown.members, row.shown.amount) for row in rows],
            first_day=first_day,
            last_day=last_day,
        )
        found.append(composed(chosen, checked(chosen, paper), code=""))
    return html_of(found)


def paper_data(case: Case, key: str, *, on: date) -> data.Paper:
    """What a kind of paper says of a case.

    Raises:
        PaperProblem: for a kind that is not of cases, and while the case lacks what the paper tells.
    """
    if key not in WRITERS:
        raise PaperProblem(f"办件没有“{key}”这种文书；有：{'、'.join(WRITERS)}")
    with translation.override("zh-hans"):  # papers are handed out: they never follow the reader's language
        return WRITERS[key](case, on)
