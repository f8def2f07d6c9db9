"""Who has which benefit by our decisions or by a roll handed in (在享名册), as far as the reverse of a sweep looks at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from anmin.kernel.alerts.sweeps.rolls import rolls
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.people.models import Membership
from anmin.kernel.screening.models import Run

CLEARED = (Entitlement.State.SUSPENDED, Entitlement.State.FADING)
"""Somebody decided on these already: paid on for some months, or held back while something is cleared up."""


@dataclass(frozen=True)
class Holder:
    """Somebody who has a benefit: a household by its number, or a person who lives in it; `fen` a period, where known.

    `household` is empty where the register does not say in which household a person lives. `rivals` are further
    benefits by which the same entry of a roll may be justified (one column for an allowance by the month and by the year).
    `is_settled` where a person has decided since: it says what the family is, and the sweep does not look at it.
    """

    benefit: str
    household: str
    person: int | None = None
    fen: int | None = None
    rivals: tuple[str, ...] = ()
    is_settled: bool = False


def holders(run: Run, benefits: Iterable[str], rolled: Mapping[str, Iterable[int]]) -> list[Holder]:
    """Who has a benefit on the day of a run, each once.

    Settled is what is suspended or fading and what was decided or begins after the day of the run: its data are older.
    """
    keys = set(benefits)
    rows = Entitlement.objects.exclude(state=Entitlement.State.ENDED)
    rows = rows.filter(benefit__in=keys, division__startswith=run.city[:4])
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=run.on))
    own = list(rows.select_related("household", "begun_by").order_by("first_day", "pk"))
    sums = _sums(run, [row.pk for row in own])
    listed = _listed(rolled, {(row.benefit, row.person_id) for row in own if row.person_id})
    homes = _homes({row.person_id for row in own if row.person_id} | set(listed))
    found = {
        (row.benefit, row.household_id if row.person_id is None else -row.person_id): Holder(
            row.benefit,
            row.household.number if row.person_id is None else homes.get(row.person_id, ""),
            row.person_id,
            sums.get(row.pk),
            is_settled=row.state in CLEARED or row.first_day > run.on or row.begun_by.on > run.on,
        )
        for row in own
    }
    handed = [
        Holder(keys[0], homes.get(person, ""), person, None, keys[1:])
        for person, columns in listed.items()
        for keys in columns
    ]
    return [*found.values(), *handed]


def _listed(
    rolled: Mapping[str, Iterable[int]], decided: set[tuple[str, int]]
) -> dict[int, list[tuple[str, ...]]]:
    """Whom a roll names without a decision of ours, with the benefits that the same column may stand for."""
    same: dict[str, list[str]] = defaultdict(list)
    for benefit in rolled:
        same[rolls()["columns"][benefit]].append(benefit)
    found: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    for benefits in same.values():
        for person in rolled[benefits[0]]:
            if not any((benefit, person) in decided for benefit in benefits):
                found[person].append(tuple(benefits))
    return found


def _homes(people: set[int]) -> dict[int, str]:
    """In which household persons live now."""
    rows = Membership.objects.filter(person__in=people, last_day__isnull=True, is_double=False)
    return dict(rows.order_by("pk").values_list("person", "household__number"))


def _sums(run: Run, keys: list[int]) -> dict[int, int]:
    month = run.on.replace(day=1)
    rows = Amount.objects.filter(
        Q(last_month__isnull=True) | Q(last_month__gte=month), first_month__lte=month, entitlement__in=keys
    )
    return dict(rows.values_list("entitlement", "fen"))
