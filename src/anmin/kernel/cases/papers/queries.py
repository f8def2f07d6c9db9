"""Papers of a case as a reader may see them: what was made, and what may be made now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers.writing import WRITERS
from anmin.kernel.papers import data
from anmin.kernel.papers import queries as papers
from anmin.kernel.papers.kinds import kind
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.words import PaperProblem


@dataclass(frozen=True)
class Makeable:
    """A kind of paper of a case: its key, what it is called, and what still stands in its way."""

    key: str
    name: str
    obstacle: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it can be made now."""
        return not self.obstacle


def papers_of(reader: Reader, case: Case) -> list[Paper]:
    """The papers that were made of a case, in order."""
    return papers.papers_about(reader, case.number)


def makeable(case: Case, *, on: date) -> list[Makeable]:
    """Every kind a case may need, each with why it cannot be made yet."""
    found = []
    for key in WRITERS:
        obstacle = ""
        try:
            paper_data(case, key, on=on)
        except PaperProblem as trouble:
            obstacle = trouble.what
        found.append(Makeable(key, kind(key, case.division).name, obstacle))
    return found


def paper_data(case: Case, key: str, *, on: date) -> data.Paper:
    """What a kind of paper says of a case.

    Raises:
        PaperProblem: for a kind that is not of cases, and while the case lacks what the paper tells.
    """
    if key not in WRITERS:
        raise PaperProblem(f"办件没有“{key}”这种文书；有：{'、'.join(WRITERS)}")
    return WRITERS[key](case, on)
