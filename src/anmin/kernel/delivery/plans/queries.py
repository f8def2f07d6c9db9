"""Plans of visits as a reader may see them, whom a rule makes them for, and where photographs are allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import Count, Q, QuerySet
from django.utils.module_loading import import_string

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.plans.models import PhotoRule, VisitPlan
from anmin.kernel.delivery.services import Service, Tier
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import Household, Membership, Person
from anmin.kernel.people.queries import in_force
from anmin.lib.divisions import ancestors

OVER = (VisitPlan.State.ENDED, VisitPlan.State.REFUSED)


@dataclass(frozen=True)
class Wanted:
    """Somebody, or a household, for whom a rule asks visits, in the tier that fits first."""

    household: Household
    person: Person | None
    tier: str

    @property
    def key(self) -> tuple[int, int | None]:
        """Household and person."""
        return self.household.pk, self.person.pk if self.person is not None else None


def plans(reader: Reader) -> QuerySet[VisitPlan]:
    """Every plan that goes on or stands still, what is due first."""
    rows = VisitPlan.objects.filter(reader.q()).exclude(state__in=OVER)
    return rows.select_related("household", "person").order_by("next_due", "pk")


def plan_numbered(reader: Reader, pk: int) -> VisitPlan | None:
    """One plan."""
    return plans(reader).filter(pk=pk).first()


def plan_for(reader: Reader, service: str, household: Household, person: int | None) -> VisitPlan | None:
    """The plan of a service for a household or one of its members."""
    return plans(reader).filter(service=service, household=household, person=person).first()


def photo_rule(service: str, division: str, on: date) -> PhotoRule | None:
    """The rule by which photographs are allowed in a place on a day, the nearest division upwards; usually there is none."""
    rows = PhotoRule.objects.filter(in_force(on), service=service, division__in=ancestors(division))
    return max(rows, key=lambda row: len(row.division.rstrip("0")), default=None)


def photo_rules(on: date) -> QuerySet[PhotoRule]:
    """Every rule in force, by service and place."""
    return PhotoRule.objects.filter(in_force(on)).select_related("set_by").order_by("service", "division")


def wanted(service: Service, on: date, division: str = "") -> Iterator[Wanted]:
    """Everybody for whom a service asks visits on a day, each once, in the first tier that fits.

    A service that names `found_by` hears from its line of business who is of a tier, beside what its rules find.
    """
    done: set[tuple[int, int | None]] = set()
    told: dict[str, list[Wanted]] = {}
    if service.found_by:
        for found in import_string(service.found_by)(on, division):
            told.setdefault(found.tier, []).append(found)
    for tier in service.tiers:
        ruled = () if tier.given else _fitting(service, tier, on, division)
        for found in chain(told.get(tier.key, ()), ruled):
            if found.key not in done:
                done.add(found.key)
                yield found


def _fitting(service: Service, tier: Tier, on: date, division: str) -> Iterator[Wanted]:
    if tier.benefits:
        rows = Entitlement.objects.filter(benefit__in=tier.benefits, household__division__startswith=division)
        rows = rows.exclude(state=Entitlement.State.ENDED).select_related("household", "person")
        for row in rows.filter(first_day__lte=on).order_by("household", "pk"):
            if service.unit == "household":
                yield Wanted(row.household, None, tier.key)
            elif row.person is not None and is_of_age(row.person, tier, on) and row.person.died_on is None:
                yield Wanted(row.household, row.person, tier.key)
        return
    if tier.alone:
        lonely = (
            Membership.objects.filter(in_force(on), household__division__startswith=division, is_double=False)
            .values("household")
            .annotate(people=Count("person"))
            .filter(people=1)
            .values("household")
        )
        members = Membership.objects.filter(
            in_force(on),
            _born_between(tier, on),
            household__in=lonely,
            is_double=False,
            person__died_on__isnull=True,
            household__last_day__isnull=True,
        )
        for member in members.select_related("household", "person").order_by("household", "pk"):
            yield Wanted(member.household, member.person, tier.key)


def _born_between(tier: Tier, on: date) -> Q:
    latest = _years_before(on, tier.age_from)
    earliest = _years_before(on, tier.age_to + 1)
    return Q(person__birth_day__lte=latest, person__birth_day__gt=earliest)


def is_of_age(person: Person, tier: Tier, on: date) -> bool:
    """Whether somebody's age is one of a tier's; an unknown age fits only where none is asked."""
    if person.birth_day is None:
        return tier.age_from == 0
    return _years_before(on, tier.age_to + 1) < person.birth_day <= _years_before(on, tier.age_from)


def _years_before(on: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes 28 where there is none."""
    year = max(on.year - years, 1)
    try:
        return on.replace(year=year)
    except ValueError:
        return on.replace(year=year, day=28)
