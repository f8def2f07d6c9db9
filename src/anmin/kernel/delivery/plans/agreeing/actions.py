"""What a line of business knows of somebody becomes their plan of visits on the same day, not in the next night."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.plans.actions import new_plan
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.plans.queries import OVER
from anmin.kernel.delivery.plans.states.actions import PlanProblem, put_in_state, take_on
from anmin.kernel.delivery.services import Service, service
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.queries import membership_on

State = VisitPlan.State


@transaction.atomic
def agree(*, by: Reader, service_key: str, person: Person, tier: str, on: date) -> VisitPlan:
    """Somebody of a tier agreed to be visited (纳入探访): plan it from a day on. The caller has looked whether `by` may.

    A plan that goes on keeps its tier where that one comes first; one that stood still goes on.

    Raises:
        PlanProblem: for whoever is in no household.
    """
    declared = service(service_key)
    home = _home(person, on)
    row = _current(declared, home, person)
    if row is not None and row.state == State.SUSPENDED:
        row = put_in_state(by=by, row=row, state=State.ACTIVE, on=on, reason=declared.tier(tier).title)
    if row is not None and _place(declared, row.tier) <= _place(declared, tier):
        return row
    fresh = new_plan(declared, home, person, tier, on, by_rule=True)
    if row is not None:
        fresh = take_on(row, fresh)
    fresh.save()
    audit.record(
        by=signature(by),
        act="delivery.agree",
        subject=fresh,
        after={"service": declared.key, "tier": tier},
        division=fresh.division,
    )
    return fresh


@transaction.atomic
def stand_still(
    *, by: Reader, service_key: str, person: Person, state: str, on: date, reason: str
) -> VisitPlan | None:
    """Somebody is away or refused by signature on a day: their plan says so too. None where there is no plan."""
    declared = service(service_key)
    row = _current(declared, _home(person, on), person)
    if row is None or row.state == state:
        return row
    return put_in_state(by=by, row=row, state=state, on=on, reason=reason)


def _home(person: Person, on: date) -> Household:
    found = membership_on(person, on)
    if found is None:
        raise PlanProblem(_("这个人没有登记在哪一户，请先在“人员”里登记。"))
    return found.household


def _current(declared: Service, home: Household, person: Person) -> VisitPlan | None:
    rows = VisitPlan.objects.select_for_update().filter(service=declared.key, household=home, person=person)
    return rows.exclude(state__in=OVER).first()


def _place(declared: Service, tier: str) -> int:
    return [one.key for one in declared.tiers].index(tier)
