"""Which authorisations are live on a day, and whose are missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from anmin.kernel.access.queries import Reader
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.consents.notices import Notice, notice_in_force, notices
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Household, Person

__all__ = [
    "Missing",
    "Notice",
    "adults_of",
    "consent_numbered",
    "consents_of",
    "consents_shown",
    "consents_within",
    "is_live",
    "live",
    "live_by_person",
    "live_for",
    "missing_of",
    "notice_in_force",
    "notices",
]


@dataclass(frozen=True)
class Missing:
    """An adult whose authorisation is missing, and for which sources."""

    person: int
    sources: tuple[str, ...]


def live(on: date) -> Q:
    """The filter for authorisations in force on a day. One that is withdrawn holds until the day before."""
    midnight = timezone.make_aware(datetime.combine(on + timedelta(1), time()))
    return (
        Q(first_day__lte=on, last_day__gte=on, signed_at__lt=midnight)
        & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=midnight))
    )  # fmt: skip


def adults_of(household: Household, on: date) -> list[int]:
    """The keys of everybody in a household who is of age on a day, also those out of the reader's sight.

    Somebody whose birthday is unknown counts as of age; the dead do not count.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT anmin_adults(%s, %s)", [household.pk, on])
        return [row[0] for row in cursor.fetchall()]


def missing_of(
    persons: Iterable[int], sources: Collection[str], on: date, *, purpose: str = Consent.Purpose.CHECK
) -> list[Missing]:
    """Whose authorisation for which sources is not live on a day; empty when everything is covered.

    The rows found are locked, so that nobody withdraws one while the answer rests on it. What the reader may not see
    counts as missing.
    """
    asked = list(persons)
    covered: dict[int, set[str]] = {person: set() for person in asked}
    rows = Consent.objects.filter(live(on), purpose=purpose, person__in=asked)
    for row in rows.select_for_update(of=("self",)) if connection.in_atomic_block else rows:
        covered[row.person_id] |= set(row.sources)
    return [
        Missing(person, tuple(sorted(lacking)))
        for person, held in covered.items()
        if (lacking := set(sources) - held)
    ]


def live_for(persons: Collection[int], recipient: str, on: date) -> set[int]:
    """Those of some persons who agreed that a partner may be told about them on this day."""
    rows = Consent.objects.filter(
        live(on), purpose=Consent.Purpose.EXCHANGE, person__in=persons, sources__contains=[recipient]
    )
    return set(rows.values_list("person_id", flat=True))


def consents_of(reader: Reader, person: Person) -> list[Consent]:
    """Everything somebody agreed to, newest first, withdrawn and ended records too."""
    if people.person(reader, person.pk) is None:
        return []
    return list(Consent.objects.filter(person=person).order_by("-signed_at", "-pk"))


def consents_within(reader: Reader) -> QuerySet[Consent]:
    """Authorisations of everybody the reader may see, newest first."""
    rows = Consent.objects.filter(person__in=people.persons(reader))
    return rows.select_related("person").order_by("-signed_at", "-pk")


def consents_shown(
    reader: Reader, on: date, shown: str, household: Household | None = None
) -> QuerySet[Consent]:
    """Authorisations within sight that are `live` on a day, have `ended`, or `all`; of a household's members alone."""
    rows = consents_within(reader)
    if shown != "all":
        rows = rows.filter(live(on)) if shown == "live" else rows.exclude(live(on))
    if household is not None:
        rows = rows.filter(person__in=[row.person_id for row in people.members_on(reader, household, on)])
    return rows


def is_live(consent: Consent, on: date) -> bool:
    """Whether one authorisation is in force on a day."""
    return Consent.objects.filter(live(on), pk=consent.pk).exists()


def sources_by_person(persons: Collection[int], on: date) -> dict[int, set[str]]:
    """Which sources each of some persons has released for checks on a day, as far as the reader may see it."""
    held: dict[int, set[str]] = {}
    for row in Consent.objects.filter(live(on), purpose=Consent.Purpose.CHECK, person__in=persons):
        held.setdefault(row.person_id, set()).update(row.sources)
    return held


def live_by_person(persons: Collection[int], on: date) -> dict[int, int]:
    """How many sources each of some persons has released for checks on a day."""
    return {person: len(sources) for person, sources in sources_by_person(persons, on).items()}


def consent_numbered(reader: Reader, number: int) -> Consent | None:
    """One authorisation, or None: also where the reader may not see the person."""
    return consents_within(reader).filter(pk=number).first()
