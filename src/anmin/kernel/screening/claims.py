"""Whom a run gives what (测算给出的待遇): benefits in the result of a household, and its members by their place in the snapshot."""

from __future__ import annotations

from collections import defaultdict

from anmin.kernel.people.models import Membership
from anmin.kernel.screening.models import HouseholdResult
from anmin.policy.benefits import Benefit


def claims_in(found: HouseholdResult, benefit: Benefit) -> list[tuple[int | None, int | None]]:
    """To whom of a household a run gives a benefit, and how much a period: member position (None: the household), fen."""
    if benefit.unit == "household":
        if not found.values.get(benefit.eligible):
            return []
        return [(None, int(found.values.get(benefit.amount, 0)) if benefit.amount else None)]
    return [
        (int(position), int(values.get(benefit.amount, 0)) if benefit.amount else None)
        for position, values in sorted(found.people.items(), key=lambda one: int(one[0]))
        if values.get(benefit.eligible)
    ]


def members_in_order(numbers: list[str]) -> dict[str, list[int]]:
    """The members of households in the order in which the snapshot has them, by number."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Membership.objects.filter(
        household__number__in=set(numbers), last_day__isnull=True, is_double=False
    )
    for number, person in rows.order_by("household", "relation", "pk").values_list(
        "household__number", "person"
    ):
        found[number].append(person)
    return found
