"""Make a paper of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

from anmin.kernel.access.queries import signature
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers.queries import paper_data
from anmin.kernel.papers import actions as papers
from anmin.kernel.papers.models import Paper


def make_paper(*, by: Any, case: Case, kind: str, on: date, by_hand: bool = False) -> Paper:
    """One paper of a case, in the locality's template, kept with its words (生成办件文书).

    Raises:
        PaperProblem: while the case lacks what the paper tells; NoGlyph for characters that no font has.
    """
    belongs = papers.Belongs(case.number, case.division, case.household, case.applicant, case.level)
    return papers.make_paper(
        by=signature(by), kind=kind, data=paper_data(case, kind, on=on), belongs=belongs, by_hand=by_hand
    )
