"""Papers of a case as a reader may see them: what was made, and what may be made now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

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


def makeable(case: Case, *, on: date, without: Collection[str] = ()) -> list[Makeable]:
    """Every kind a case may need, each with why it cannot be made yet; kinds of other matters are left out.

    Kinds `without` which the caller does are not looked at: each costs the reading of what it would tell.
    """
    found, procedure = [], procedure_of(case)
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
        found.append(Makeable(key, chosen.name, obstacle, chosen.template))
    return found


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
