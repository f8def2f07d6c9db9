"""Record what batches say of people whose benefits run; nothing is stopped by it, the next line is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from anmin.kernel.access.scopes import range_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.payments.sentinels.actions import record
from anmin.kernel.payments.sentinels.hearing.words import Heard, heard
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.people.models import Identifier, Membership, Person
from anmin.kernel.people.queries import in_force
from anmin.policy.errors import PolicyError

AT_ONCE = 1_000
NOT_PAID = ("due", "held", "filed", "returned", "unknown")
UNDER_WAY = ("computed", "checked", "submitted", "approved", "filed", "settled")


@transaction.atomic
def hear(*, by: Any, division: str, on: date) -> list[Sentinel]:
    """Record every word of a department about somebody paid in a place that is not recorded yet (接收停发线索).

    A word that stands is not recorded again. One that was lifted is, where the department says it anew later.

    Raises:
        PaymentProblem: `lake` where a department's file cannot be read: nothing is paid past what cannot be heard.
    """
    low, high = range_of(division)
    made = []
    try:
        words = list(heard(on))
    except PolicyError as problem:
        raise PaymentProblem(problem.code, str(problem)) from problem
    for at in range(0, len(words), AT_ONCE):
        some = words[at : at + AT_ONCE]
        people = _people({one.person for one in some})
        paid = _paid({person.pk for person in people.values()}, low, high, on)
        for one in some:
            person = people.get(one.person)
            if person is None or not _concerns(one, paid.get(person.pk, ())) or _is_known(one, person):
                continue
            made.append(
                record(
                    by=by,
                    person=person,
                    kind=one.word.kind,
                    first_day=one.first_day,
                    source=sources()[one.word.source].title,
                    on=on,
                )
            )
    return made


def _people(blinds: Iterable[bytes]) -> dict[bytes, Person]:
    rows = Identifier.objects.filter(blind__in=list(blinds)).select_related("person__merged_into")
    return {bytes(row.blind): row.person.merged_into or row.person for row in rows.order_by("pk")}


def _paid(persons: set[int], low: str, high: str, on: date) -> dict[int, list[str]]:
    """The benefits that run for persons in a place: their own by key, and `household` for a share in their family's.

    Also those that have ended and of which a last payment is still on its way.
    """
    on_their_way = PayLine.objects.filter(
        division__gte=low, division__lte=high, state__in=NOT_PAID, run__state__in=UNDER_WAY
    )
    running = Entitlement.objects.filter(division__gte=low, division__lte=high).filter(
        ~Q(state=Entitlement.State.ENDED)
        | Q(last_day__gte=on.replace(day=1))
        | Q(pk__in=on_their_way.values("entitlement"))
    )
    found: dict[int, list[str]] = {}
    for person, benefit in running.filter(person__in=persons).values_list("person", "benefit"):
        found.setdefault(person, []).append(benefit)
    homes = running.filter(person__isnull=True).values("household")
    for person in _members(persons, homes, on):
        found.setdefault(person, []).append("household")
    return found


def _members(persons: set[int], homes: Any, on: date) -> Iterator[int]:
    """Who of them, or of the records merged into theirs, belongs to one of the homes this month."""
    rows = Membership.objects.filter(
        in_force(on.replace(day=1)) | in_force(on), household__in=homes, is_double=False
    )
    rows = rows.filter(Q(person__in=persons) | Q(person__merged_into__in=persons))
    for person, merged in rows.values_list("person", "person__merged_into").distinct():
        yield merged or person


def _concerns(one: Heard, paid: Iterable[str]) -> bool:
    return any(benefit.startswith(one.word.benefits) for benefit in paid)


def _is_known(one: Heard, person: Person) -> bool:
    rows = Sentinel.objects.filter(
        Q(person=person) | Q(person__merged_into=person),
        kind=one.word.kind,
        source=sources()[one.word.source].title,
    )
    stands = Q(lifted_at__isnull=True) & (Q(last_day__isnull=True) | Q(last_day__gte=one.first_day))
    return rows.filter(stands | Q(first_day__gte=one.first_day)).exists()
