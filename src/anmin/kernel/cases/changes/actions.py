"""Report a change of circumstances: a review of every benefit that it touches is opened and its clock runs; nothing is changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import operator
from anmin.kernel.cases.actions import StepRefused, add_cause, take_step
from anmin.kernel.cases.changes.kinds import ChangeKind, kinds
from anmin.kernel.cases.changes.queries import CHANGES, due_of, touched
from anmin.kernel.cases.deaths.actions import raise_reported
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.parties import powers_in
from anmin.kernel.cases.queries import running_review
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import Household, Person

REPORT, REPORT_MORE = "report", "report_more"
"""The first change starts the limit; another one while it runs does not put it off."""
ACCEPT = "case.accept"


@transaction.atomic
def report_change(
    *, by: Any, home: Household, kind: str, day: date, on: date, person: Person | None = None, words: str = ""
) -> list[Case]:
    """Write down that something changed in a family since a day (登记变化); gives the reviews that it is part of.

    A benefit with a review under way gets the change as that review's own. The same change reported again, by whomever, is the
    same report. A death takes the road of deaths, with its own clue.

    Raises:
        StepRefused: no such kind, a day to come, nobody named where a death needs it, no benefit that it touches, or a
            reader without the power to file.
    """
    found = kinds().get(kind)
    if found is None:
        raise StepRefused([Obstacle("kind", _("请选是什么变化"))])
    if day > on:
        raise StepRefused([Obstacle("day", _("变化的日期不能晚于今天"))])
    rows = touched(home, found, on)
    if not rows:
        words_ = _("这一户现在没有在享的待遇，不用复核；需要救助的，请另外申请")
        raise StepRefused([Obstacle("no_benefit", words_)])
    if found.is_death:
        if person is None:
            raise StepRefused([Obstacle("person", _("请选是谁去世了"))])
        # The town verifies it: whoever tells of a death decides nothing, so the review is opened by the report itself.
        raise_reported(by=operator(on, _("变化报告")), person=person, day=day, on=on)
    return [_report(by, row, found, day, on, person, words) for row in rows]


def _report(
    by: Any, row: Entitlement, kind: ChangeKind, day: date, on: date, person: Person | None, words: str
) -> Case:
    case = running_review(row)
    if case is None:
        powers = powers_in(by, row.division, on)
        channel = "found" if powers is None else "counter" if ACCEPT in powers else "worker"
        case = open_upkeep(by=by, entitlement=row, on=on, channel=channel, reason=kind.title)
    said = {"kind": kind.key, "day": day.isoformat(), "person": person.pk if person is not None else None}
    kept = case.form.get(CHANGES, [])
    if any({**one, "on": None} == {**said, "on": None} for one in kept):
        return case
    case.form = {**case.form, CHANGES: [*kept, {**said, "on": on.isoformat()}]}
    case.save(update_fields=["form"])
    case = add_cause(by=by, case=case, cause=kind.cause, reason=kind.title)
    take_step(
        by=by,
        case=case,
        action=REPORT if due_of(case) is None else REPORT_MORE,
        on=on,
        seen=case.last_step,
        reason=words or kind.title,
        details={"kind": kind.key},
    )
    case.refresh_from_db()
    return case
