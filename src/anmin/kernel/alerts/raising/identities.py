"""Who a household is (身份加分): recognised on the books, watched against poverty, or lately without aid it had or asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.lib.calendar import add_months

RECOGNISED = {"edge": "edge", "rigid": "rigid", "watched": "watched"}
"""The identity that a benefit's recognition gives, by the last part of its key."""
AID = ("dibao", "dibao_expenditure", "single_dibao", "tekun", "edge", "rigid")
"""What counts as left or refused: the layers of the low-income population (退出和未通过的，24 个月内继续监测)."""


def of_aid(prefix: str = "") -> Q:
    """The filter for rows about a layer's benefit."""
    found = Q(pk__in=[])
    for one in AID:
        found |= Q(**{f"{prefix}benefit__endswith": f"/{one}"})
    return found


def identities_of(households: Iterable[int], on: date, months: int) -> dict[int, set[str]]:
    """The identities of some households on a day, by their keys."""
    keys = list(households)
    found: dict[int, set[str]] = defaultdict(set)
    running = Entitlement.objects.filter(household__in=keys).exclude(state=Entitlement.State.ENDED)
    for home, benefit in running.values_list("household", "benefit"):
        identity = RECOGNISED.get(benefit.rpartition("/")[2])
        if identity:
            found[home].add(identity)
    for home in lately_without(on, months).filter(household__in=keys).values_list("household", flat=True):
        found[home].add("left_aid")
    for home in refused_lately(on, months).filter(household__in=keys).values_list("household", flat=True):
        found[home].add("left_aid")
    return found


def lately_without(on: date, months: int) -> QuerySet[Entitlement]:
    """Benefits of a layer that ended in the last months."""
    ended = Entitlement.objects.filter(of_aid(), state=Entitlement.State.ENDED)
    return ended.filter(last_day__gte=add_months(on, -months), last_day__lte=on)


def refused_lately(on: date, months: int) -> QuerySet[Decision]:
    """Decisions of the last months by which a layer was refused."""
    first = add_months(on, -months)
    return Decision.objects.filter(outcome=Decision.Outcome.REFUSE, on__gte=first, on__lte=on)
