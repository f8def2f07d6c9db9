"""Which benefits a change touches, and what a case was told of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.cases.changes.kinds import ChangeKind, kinds
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Limit
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import running_of
from anmin.kernel.people.models import Household

CHANGES = "changes"
"""Where a case's form keeps the changes that were reported: kind, day, register key of the person, day of the report."""
LIMIT = "change"
"""The limit of the review by which a change has to be verified."""


@dataclass(frozen=True)
class Reported:
    """A change as it was reported: of which kind, since when, about whom, on which day it was told."""

    kind: ChangeKind
    day: date
    person: int | None
    on: date


def touched(home: Household, kind: ChangeKind, on: date) -> list[Entitlement]:
    """The running benefits of a household and its members that a change of a kind touches, in order."""
    rows = running_of(home, on).select_related("household", "begun_by", "person").order_by("pk")
    return list(rows.filter(benefit__in=kind.benefits) if kind.benefits else rows)


def changes_of(case: Case) -> list[Reported]:
    """The changes that were reported in a case, in the order in which they came."""
    known = kinds()
    return [
        Reported(
            known[row["kind"]], date.fromisoformat(row["day"]), row["person"], date.fromisoformat(row["on"])
        )
        for row in case.form.get(CHANGES, [])
        if row["kind"] in known
    ]


def limit_of(case: Case) -> Limit | None:
    """The limit by which the changes of a case have to be verified; None where it was opened for something else."""
    return procedure_of(case).limits.get(LIMIT) if case.form.get(CHANGES) else None


def due_of(case: Case) -> date | None:
    """The last day of that limit while it runs."""
    row = case.clocks.filter(key=LIMIT, stopped_on__isnull=True).first()
    return row.due if row is not None else None
