"""Begin benefits as an older system decided them, each by a grant of its own that says whose it was; take them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from anmin.kernel.access.models import User
from anmin.kernel.entitlements.actions import EntitlementProblem
from anmin.kernel.entitlements.grounds import NO_GROUNDS
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.entitlements.takingover.queries import MATTER
from anmin.kernel.entitlements.years import is_yearly
from anmin.kernel.people.models import Household, Person

BEFORE_NUMBER = "原"
"""What stands before the old number, so that it is never taken for the number of a case."""


@dataclass(frozen=True)
class Former:
    """A benefit as it was decided elsewhere: `number` of the old decision; fen a month from `first_month` on.

    Of one that is paid by the year it is the year's, and `first_month` the month in which it is due here first.
    `since` is the day from which it was received there, `reason` the words that explain it from now on.
    """

    household: Household
    person: Person | None
    benefit: str
    layer: int | None
    fen: int
    since: date
    first_month: date
    number: str
    reason: str
    review_due: date | None

    @property
    def level(self) -> int:
        """How closely it is held."""
        return max(self.household.level, 0 if self.person is None else self.person.level)


@transaction.atomic
def take_over(*, by: User, formers: Sequence[Former], on: date) -> list[Entitlement]:
    """Begin benefits from what was decided elsewhere (转入), in their order. The caller writes the act that says so.

    The decisions rest on no facts of ours: they are replayed as such, and nothing is computed of their silence.

    Raises:
        EntitlementProblem: when somebody who is not a person decides.
    """
    if not isinstance(by, User):
        raise EntitlementProblem("决定只能由工作人员作出")
    decisions = Decision.objects.bulk_create([_decision(by, one, on) for one in formers], batch_size=500)
    entitlements = Entitlement.objects.bulk_create(
        [
            Entitlement(
                benefit=one.benefit,
                division=one.household.division,
                level=one.level,
                household=one.household,
                person=one.person,
                first_day=one.since,
                begun_by=decision,
                review_due=one.review_due,
            )
            for one, decision in zip(formers, decisions, strict=True)
        ],
        batch_size=500,
    )
    Amount.objects.bulk_create(
        [
            _amount(row, one, decision)
            for one, decision, row in zip(formers, decisions, entitlements, strict=True)
        ],
        batch_size=500,
    )
    return entitlements


def _amount(row: Entitlement, one: Former, decision: Decision) -> Amount:
    found = Amount(entitlement=row, first_month=one.first_month, fen=one.fen, decision=decision)
    if is_yearly(one.benefit):
        found.last_month, found.year = one.first_month, one.first_month.year
    return found


def _decision(by: User, one: Former, on: date) -> Decision:
    return _without_grounds(
        case_number=f"{BEFORE_NUMBER}{one.number}",
        benefit=one.benefit,
        division=one.household.division,
        level=one.level,
        household=one.household,
        person=one.person,
        outcome=Decision.Outcome.GRANT,
        layer=one.layer,
        amount=one.fen,
        on=on,
        reason=one.reason,
        law=f"{BEFORE_NUMBER}决定 {one.number}"[:200],
        decided_by=by,
    )


def _without_grounds(**said: Any) -> Decision:
    """A decision that rests on no facts of ours."""
    return Decision(
        matter=MATTER,
        facts=NO_GROUNDS.facts,
        rates=NO_GROUNDS.rates,
        findings=NO_GROUNDS.findings,
        rules=NO_GROUNDS.rules,
        grounds=NO_GROUNDS.seal,
        **said,
    )


@transaction.atomic
def give_back(*, by: User, entitlements: Sequence[int], on: date, reason: str) -> int:
    """Take benefits back that were taken over and that nothing rests on yet (撤回转入); how many.

    A decision of its own says so for each. The rows go, so that the same benefit can be taken over anew; what they were
    stays in the history of rows, and the grants stay as they are.

    Raises:
        EntitlementProblem: when a benefit has changed since, was not taken over, or has payments or a case.
    """
    rows = list(
        Entitlement.objects.select_for_update(of=("self",))
        .filter(pk__in=list(entitlements))
        .select_related("begun_by", "household", "person")
        .order_by("pk")
    )
    if any(row.begun_by.matter != MATTER or row.changed_by_id or row.ended_by_id for row in rows):
        raise EntitlementProblem("有的待遇转入以后已经变动过，不能再撤回；请逐户办理")
    keys = [row.pk for row in rows]
    Decision.objects.bulk_create(
        [
            _without_grounds(
                case_number=row.begun_by.case_number,
                benefit=row.benefit,
                division=row.division,
                level=row.level,
                household=row.household,
                person=row.person,
                outcome=Decision.Outcome.TERMINATE,
                on=on,
                reason=reason,
                decided_by=by,
            )
            for row in rows
        ],
        batch_size=500,
    )
    Amount.objects.filter(entitlement__in=keys).delete()
    try:
        Entitlement.objects.filter(pk__in=keys).delete()
    except ProtectedError as held:
        number = len({getattr(one, "entitlement_id", one.pk) for one in held.protected_objects})
        words = f"有 {number} 项待遇已经编入发放名册，或已有复核等办件，这份清单不能再撤回；请逐户办理"
        raise EntitlementProblem(words) from held
    return len(rows)
