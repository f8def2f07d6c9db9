"""Cases that wait for somebody in the field, deaths that wait for confirmation, and the cells of casework in reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.deciding.queries import points_of
from anmin.kernel.cases.matters import REVIEW, matters_of
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import cases, procedure_of
from anmin.kernel.cases.table.returns import MANDATE, is_under_way, last_return, mended_since, title_of_point
from anmin.kernel.delivery.reports.cells import Cell
from anmin.kernel.delivery.tasks import Task
from anmin.kernel.people.models import ChangeRequest, Household, Person
from anmin.kernel.people.queries import members_on, persons
from anmin.lib.calendar import add_months

FIELD_STEPS = {"record_survey": "入户调查", "send_back": "退回补正", "supply": "补材料"}
"""Steps that are taken at the door, with what the list calls them."""
BACK = ("return_for_fix", "return_to_field")
ASKED = ("start_survey", "start", "return_to_field")
"""Steps that ask for a survey."""
USUAL = timedelta(days=3)
SIGNING = "case.file", "case.accept"
"""Powers of those who mend what was returned, so that they may also record what was signed before them."""
SIGN = "sign"
"""What a task opens where a signature is what is missing."""


def case_tasks(reader: Reader, on: date) -> Iterator[Task]:
    """Cases that the reader can move on at the door: a survey to make, something to mend that was sent back."""
    if not any(reader.may(power) for power in ("case.survey", "case.file", "children.visit")):
        return
    rows = cases(reader).filter(
        closed_on__isnull=True, state__in=("accepted", "returned", "need_more", "due", "found")
    )
    for case in (
        rows.select_related("household", "applicant", "procedure")
        .defer("procedure__declared")
        .prefetch_related("steps")
    ):
        step = _step(case, reader)
        if step is None:
            continue
        steps = list(case.steps.all())
        last = max(steps, key=lambda row: row.number, default=None)
        is_back = step == "send_back" or any(row.action == "return_to_field" for row in steps)
        due = case.due or (last.on if last is not None else case.opened_on) + USUAL
        yield Task(
            "case",
            case.number,
            _("退回补正") if is_back else _(FIELD_STEPS[step]),
            procedure_of(case).title,
            case.household,
            due,
            case.applicant,
            _words(steps) if is_back else procedure_of(case).title,
            opens=SIGN if step == "send_back" and _lacks_a_signature(steps) else "",
        )


def _step(case: Case, reader: Reader) -> str | None:
    """The step at the door that is open now; of a survey only while none was made since it was asked for."""
    taken = [row.action for row in sorted(case.steps.all(), key=lambda row: row.number)]
    asked = max((at for at, action in enumerate(taken) if action in ASKED), default=None)
    for step in procedure_of(case).steps_from(case.state):
        if step.action not in FIELD_STEPS or not any(reader.may(power, case.division) for power in step.who):
            continue
        if step.action == "record_survey" and (asked is None or step.action in taken[asked:]):
            continue
        return step.action
    return None


def _words(steps: list[Step]) -> str:
    """Why it was sent back, as whoever sent it back wrote."""
    said = [row for row in steps if row.action in BACK and row.reason]
    last = max(said, key=lambda row: row.number, default=None)
    return last.reason.splitlines()[0][:40] if last is not None else ""


def _lacks_a_signature(steps: list[Step]) -> bool:
    """Whether the last return asks for an authorisation to be signed."""
    asked = max((row for row in steps if "points" in row.details), key=lambda row: row.number, default=None)
    return asked is not None and any(point["what"] == MANDATE for point in asked.told["points"])


@dataclass(frozen=True)
class Signature:
    """An authorisation that a reviewer missed: whose, in which words, and whether it has been signed since."""

    person: Person
    words: str
    is_signed: bool


@dataclass(frozen=True)
class Returned:
    """A returned case at the door: the signatures it waits for, and what else is to be mended, in words."""

    case: Case
    signatures: tuple[Signature, ...]
    others: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether everything it waited for is there, so that it may go back to the reviewer."""
        return not self.others and all(one.is_signed for one in self.signatures)


def returned_for_signing(reader: Reader, number: str) -> Returned | None:
    """A case that came back for a signature, or None: also where the reader may not see it or cannot send it back."""
    case = cases(reader).filter(number=number, state="returned").select_related("household").first()
    step = last_return(case) if case is not None else None
    if case is None or step is None or not is_under_way(case, step):
        return None
    if not any(reader.may(power, case.division) for power in SIGNING):
        return None
    points = points_of(case)
    done = set(mended_since(case, step).persons)
    seen = persons(reader).in_bulk([point["person"] for point in points if point["what"] == MANDATE])
    signatures, others = [], []
    for point in points:
        if point["what"] == MANDATE and point["person"] in seen:
            key = point["person"]
            signatures.append(Signature(seen[key], str(point["words"]), key in done))
        else:
            others.append(f"{title_of_point(case, str(point['what']))}：{point['words']}")
    return Returned(case, tuple(signatures), tuple(others)) if signatures else None


def waiting_deaths(reader: Reader, household: Household) -> list[ChangeRequest]:
    """Deaths of a household's members that were reported and not confirmed yet."""
    rows = ChangeRequest.objects.filter(
        reader.q(),
        kind=ChangeRequest.Kind.DIE,
        state=ChangeRequest.State.OPEN,
        person__memberships__household=household,
    )
    return list(rows.select_related("person").distinct().order_by("asked_at"))


def size_of(reader: Reader, household: Household, on: date) -> tuple[int, int]:
    """How many belong to a household by the register, and how many once the deaths that wait are confirmed."""
    members = [row.person_id for row in members_on(reader, household, on) if row.person.died_on is None]
    waiting = {row.person_id for row in waiting_deaths(reader, household)}
    return len(members), len([key for key in members if key not in waiting])


def case_cells(reader: Reader, division: str, month: date) -> Iterator[Cell]:
    """What casework adds to the monthly report of a place."""
    last = add_months(month, 1) - timedelta(days=1)
    steps = Step.objects.filter(
        case__in=cases(reader).filter(division__startswith=division), on__gte=month, on__lte=last
    )
    for action, title in (
        ("submit", _("本月提交的申请")),
        ("accept", _("本月受理")),
        ("confirm", _("本月确认")),
        ("refuse", _("本月不予确认")),
    ):
        yield Cell(
            f"case_{action}", title, steps.filter(action=action).values("case").distinct().count(), _("办件")
        )
    running = cases(reader).filter(division__startswith=division, closed_on__isnull=True)
    reviews = running.filter(matter__in=matters_of(REVIEW))
    yield Cell("reviews_open", _("正在复核的待遇"), reviews.count(), _("办件"))
    deaths = ChangeRequest.objects.filter(
        reader.q(),
        division__startswith=division,
        kind=ChangeRequest.Kind.DIE,
        state=ChangeRequest.State.OPEN,
        on__gte=month,
        on__lte=last,
    )
    yield Cell("deaths_waiting", _("本月去世（待确认）"), deaths.count(), _("走访登记"))
