"""Write an assessment with the result that its answers give; those before it end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from anmin.domains.elderly.assessment.scoring import BadAnswers, Conditions, score
from anmin.domains.elderly.places import number
from anmin.domains.elderly.powers import ASSESS
from anmin.domains.elderly.registers.assessments import ASSESSMENTS, AbilityAssessment
from anmin.kernel.access.queries import Reader
from anmin.kernel.people.models import Person
from anmin.kernel.registers.actions import EntryRefused, enter_made, set_columns
from anmin.kernel.registers.declaring import Trouble
from anmin.lib.calendar import add_months


@dataclass(frozen=True)
class Given:
    """An assessment as it was taken down: answers by item, conditions, and who assessed where."""

    answers: Mapping[str, Any]
    conditions: Conditions
    reason: str
    assessor: str
    second_assessor: str
    has_medical: bool
    living: str = ""
    place: str = ""
    informant: str = ""
    notes: str = ""


@transaction.atomic
def assess(*, by: Reader, person: Person, given: Given, on: date) -> AbilityAssessment:
    """Write an assessment (能力评估); total and levels are computed here. Earlier ones end the day before.

    Raises:
        EntryRefused: answers that cannot be scored, one assessor instead of two, none with a medical background.
        PermissionError: when the reader may not assess here.
    """
    if not any(by.may(power, person.division) for power in ASSESS):
        raise PermissionError("您的岗位不能登记能力评估。")
    troubles = list(_wrong(given, person, on))
    if troubles:
        raise EntryRefused(troubles)
    found = score(given.answers, given.conditions)
    disputed = _close_earlier(by, person, on)
    row = AbilityAssessment(
        person=person,
        first_day=on,
        last_day=add_months(on, number("assessment_months", person.division, on)) - timedelta(1),
        reason=given.reason,
        assessor=given.assessor.strip(),
        second_assessor=given.second_assessor.strip(),
        has_medical=given.has_medical,
        place=given.place.strip(),
        living=given.living,
        informant=given.informant.strip(),
        answers=dict(given.answers),
        notes=given.notes.strip(),
        total=found.total,
        preliminary=int(found.preliminary),
        final=int(found.final),
        coma=given.conditions.coma,
        dementia=given.conditions.dementia,
        disorder=given.conditions.disorder,
        risk_events=given.conditions.risk_events,
        rechecks=disputed if given.reason == "recheck" else None,
    )
    return enter_made(by=by, register=ASSESSMENTS, entry=row, act="elderly.assessments.assess", who=ASSESS)


def _wrong(given: Given, person: Person, on: date) -> list[Trouble]:
    found = []
    try:
        score(given.answers, given.conditions)
    except BadAnswers as bad:
        found += [Trouble(key, "answer", what) for key, what in bad.items.items()]
    names = (given.assessor.strip(), given.second_assessor.strip())
    if not all(names) or names[0] == names[1]:
        found.append(Trouble("second_assessor", "two", "评估要由两位评估员进行，请写两个人的姓名。"))
    if not given.has_medical:
        found.append(Trouble("has_medical", "medical", "两位评估员中至少一位有医护背景。"))
    if person.died_on is not None:
        found.append(Trouble("", "died", f"登记显示已于 {person.died_on} 去世。"))
    if AbilityAssessment.objects.filter(person=person, first_day__gte=on).exists():
        found.append(Trouble("", "twice", "今天已经登记过一次评估；填错了请先提出异议，再复评。"))
    disputed = _disputed(person)
    if given.reason == "recheck" and disputed is None:
        found.append(Trouble("reason", "recheck", "没有待复评的异议；请选其他评估原因。"))
    if given.reason == "recheck" and disputed is not None:
        former = {disputed.assessor, disputed.second_assessor}
        if former & set(names):
            found.append(Trouble("assessor", "same", "复评要换人：原来的评估员不能参加。"))
    return found


def _disputed(person: Person) -> AbilityAssessment | None:
    return AbilityAssessment.objects.filter(person=person, state="disputed").order_by("-first_day").first()


def _close_earlier(by: Reader, person: Person, on: date) -> AbilityAssessment | None:
    """Those that still hold end the day before; gives the one whose dispute this settles."""
    disputed = _disputed(person)
    for row in AbilityAssessment.objects.filter(person=person, last_day__gte=on).exclude(state="replaced"):
        set_columns(
            by=by,
            register=ASSESSMENTS,
            entry=row,
            values={"last_day": max(row.first_day, on - timedelta(1)), "state": "replaced"},
            reason="",
            act="elderly.assessments.replace",
            powers=ASSESS,
        )
    return disputed
