"""What was raised against a case and what came of it, and what may be raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.matters import kind_of, matter_about, matters_of, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.queries import cases, may_begin, procedure_of

FAMILY = ("recheck", "complaint")
"""What a family raises with us; both are answered in writing."""
OUTSIDE = ("admin_review", "lawsuit")
"""What others decide: we write down that it came, reply in time, and do what was decided."""
APPEALS = (*FAMILY, *OUTSIDE)


@dataclass(frozen=True)
class Appeal:
    """One appeal: its case, title and state in plain words, what was raised, what was answered, by when it is due."""

    case: Case
    title: str
    plain: str
    words: str
    answer: str
    due: date | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.case.closed_on is None


def is_appeal(case: Case) -> bool:
    """Whether a case is about what was done in another."""
    return kind_of(case.matter) in APPEALS


def raisable(reader: Reader, case: Case, on: date) -> list[Procedure]:
    """What whoever looks may write down against a case (可以登记的救济): the procedures whose first step is theirs to take."""
    if is_appeal(case):
        return []
    found = [procedure_for(appeal_about(case, kind, on), case.division, on) for kind in APPEALS]
    return [one for one in found if may_begin(reader, one, "submit", case.division)]


def appeal_about(case: Case, kind: str, on: date) -> str:
    """The matter by which an appeal of a kind against a case is walked: that of its line of business where it has one."""
    about = case.entitlement.benefit if case.entitlement is not None else None
    return matter_about(kind, (about,) if about else procedure_of(case).benefits, case.division, on)


def appeals_of(case: Case) -> list[Appeal]:
    """Everything raised against a case, newest first, as far as whoever asks may see it."""
    rows = (
        Case.objects.filter(follows=case, matter__in=matters_of(*APPEALS))
        .select_related("procedure")
        .order_by("-pk")
    )
    return [_appeal(row) for row in rows]


def appealed(reader: Reader, case: Case) -> Case | None:
    """The case that an appeal is about, if the reader may see it."""
    if not is_appeal(case) or case.follows_id is None:
        return None
    return cases(reader).filter(pk=case.follows_id).first()


def open_appeal(case: Case, matter: str) -> Case | None:
    """The appeal of a kind that nobody has answered yet."""
    return Case.objects.filter(follows=case, matter__in=matters_of(matter), closed_on__isnull=True).first()


def question_of(case: Case) -> str:
    """What was raised in an appeal, in the words of whoever raised it."""
    first = case.steps.filter(number=1).first()
    return first.reason if first is not None else ""


def answer_of(case: Case) -> str:
    """What was answered to an appeal; empty until then."""
    last = case.steps.filter(action__in=("answer", "uphold")).order_by("-number").first()
    return last.reason if last is not None else ""


def _appeal(case: Case) -> Appeal:
    procedure = procedure_of(case)
    plain = procedure.states[case.state].plain
    return Appeal(case, procedure.title, plain, question_of(case), answer_of(case), case.due)
