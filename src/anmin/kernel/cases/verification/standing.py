"""What a family is known to be (在享身份), for benefits that rest on it: the frozen facts of what runs on a day.

The disability subsidies and the allowances of children ask nobody for income and have no check authorised. What their
rules read of dibao, EDGE or tekun comes from the decisions that run; where none runs nothing is made of silence: a
family that nobody checked is not on dibao.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from anmin.kernel.cases.matters import REVIEW, book, matters_of, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import running_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

RUNNING = (Entitlement.State.ACTIVE, Entitlement.State.FADING)
RECOGNISED = frozenset(
    {
        "dibao_eligible",
        "dibao_expenditure_eligible",
        "single_dibao_eligible",
        "fade_out_eligible",
        "is_tekun",
        "is_edge",
        "is_rigid",
    }
)
"""The rules whose benefits say what a family is."""
REGISTER = frozenset({"sex", "relation", "birth_day"})
"""Facts that the register knows newer."""
UNCHECKED: dict[tuple[int | None, str], int] = {(None, "has_authorised_check"): 0}


def rests_on_standing(keys: Collection[str], division: str, on: date) -> bool:
    """Whether one of some benefits is granted by what the family is already, as its matter declares."""
    for matter in book().matters:
        if not book().is_in_force(matter, on):
            continue
        procedure = procedure_for(matter, division, on)
        if procedure.terms.get("rests_on_standing") and set(keys) & set(procedure.benefits):
            return True
    return False


def standing_facts(case: Case, on: date) -> dict[tuple[int | None, str], int]:
    """The facts by which the family's running benefits were decided; without any, that nobody authorised a check.

    A benefit that came without its grounds, as one that was taken over from elsewhere, rests on what its last review
    adopted.

    Raises:
        PolicyError: `standing_unfounded` where there was none: silence about income is not an income of nought.
    """
    benefits = rulebook().benefits
    rows = [
        row
        for row in running_of(case.household, on).filter(state__in=RUNNING, first_day__lte=on)
        if row.benefit in benefits and benefits[row.benefit].eligible in RECOGNISED
    ]
    if not rows:
        return dict(UNCHECKED)
    found: dict[tuple[int | None, str], int] = {}
    keys: set[int] = set()
    for row in rows:
        decided = {key for key in (row.begun_by_id, row.changed_by_id) if key is not None}
        if Decision.objects.filter(pk__in=decided).exclude(facts={}).exists():
            keys |= decided
        else:
            found |= _reviewed(row)
    for decision in Decision.objects.filter(pk__in=keys).order_by("on", "pk"):
        found |= {(None, name): value for name, value in decision.facts.get("facts", {}).items()}
        people = zip(decision.facts.get("persons", ()), decision.facts.get("members", ()), strict=False)
        found |= {
            (person, name): value
            for person, row in people
            for name, value in row.items()
            if name not in REGISTER
        }
    return found


def _reviewed(entitlement: Entitlement) -> dict[tuple[int | None, str], int]:
    """What the newest closed review of a benefit adopted (复核认定的情况); raises PolicyError where nothing was."""
    reviews = Case.objects.filter(
        entitlement=entitlement, matter__in=matters_of(REVIEW), closed_on__isnull=False
    )
    row = reviews.filter(facts__adopted__isnull=False).order_by("-closed_on", "-pk").first()
    if row is None:
        title = rulebook().benefits[entitlement.benefit].title
        raise PolicyError(
            "standing_unfounded",
            what=f"这一户的{title}是接过来的，没有认定时的收入、财产和人口；不能当作没有收入来算",
            where=f"{title}，从 {entitlement.first_day} 起",
            todo=f"请先对{title}办一次动态复核，核对、入户并认定收入和财产，办结后再算本项",
        )
    return {(one.person_id, one.name): one.adopted for one in row.facts.all() if one.adopted is not None}


def is_unfounded(entitlement: Entitlement) -> bool:
    """Whether a recognition stands on the books without the facts it was decided by (没有认定依据)."""
    benefit = rulebook().benefits.get(entitlement.benefit)
    return benefit is not None and benefit.eligible in RECOGNISED and not entitlement.begun_by.facts
