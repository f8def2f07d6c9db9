"""What a partner can be told about one person: register and newest screening, only the fields asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.consents.queries import live, live_for
from anmin.kernel.exchange.registry.signatures import public_keys
from anmin.kernel.partners.models import PartnerKey
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Household, Person
from anmin.kernel.screening import queries as screening
from anmin.policy.codes import Layer

__all__ = ["agreed", "living_with", "person_for", "public_keys", "somebody", "told"]
TOWN = 9
PAID = (Entitlement.State.ACTIVE, Entitlement.State.FADING)
LAYERS = {
    "dibao": Layer.DIBAO,
    "dibao_expenditure": Layer.DIBAO_EXPENDITURE,
    "edge": Layer.EDGE,
    "rigid": Layer.RIGID,
}
"""The layer that a decided benefit puts a household into."""


def somebody(reader: Reader, number: str) -> Person | None:
    """Whoever bears a number, as far as the reader sees: whether anything may be told of them is another question."""
    return people.person_by_number(reader, number)


def person_for(reader: Reader, key: PartnerKey, number: str, on: date) -> Person | None:
    """The person of a number as far as a key reaches: in its divisions, and where it rests on consent, with one."""
    person = somebody(reader, number)
    if person is None or (
        key.basis == PartnerKey.Basis.CONSENT and person.pk not in live_for([person.pk], key.partner.key, on)
    ):
        return None
    return person


def agreed(key: PartnerKey, on: date) -> Q:
    """The filter for persons a key may be told of: by the law that it rests on everybody, by consent whoever agreed."""
    if key.basis != PartnerKey.Basis.CONSENT:
        return Q()
    rows = Consent.objects.filter(
        live(on), purpose=Consent.Purpose.EXCHANGE, sources__contains=[key.partner.key]
    )
    return Q(pk__in=rows.values("person"))


def living_with(reader: Reader, key: PartnerKey, home: Household, on: date) -> list[Person]:
    """The members of a household a key may be told of."""
    members = [row.person for row in people.members_on(reader, home, on)]
    if key.basis != PartnerKey.Basis.CONSENT:
        return members
    some = live_for([person.pk for person in members], key.partner.key, on)
    return [person for person in members if person.pk in some]


class _Known:
    """One person's fields, each looked up only when it is asked for."""

    def __init__(self, reader: Reader, key: PartnerKey, person: Person, on: date) -> None:
        self.reader, self.key, self.person, self.on = reader, key, person, on

    @cached_property
    def home(self) -> Household | None:
        here = people.membership_on(self.person, self.on)
        return here.household if here is not None else None

    @cached_property
    def entitlements(self) -> list[Entitlement]:
        if self.home is None:
            return []
        own = Q(person__isnull=True) | Q(person=self.person)
        begun = Q(first_day__lte=self.on) & (Q(last_day__isnull=True) | Q(last_day__gte=self.on))
        return list(Entitlement.objects.filter(own, begun, household=self.home, state__in=PAID))

    def identifier(self) -> str | None:
        found = self.person.identifiers.filter(kind="resident", last_day__isnull=True).first()
        return found.value if found is not None else None

    def members(self) -> list[str]:
        if self.home is None:
            return []
        return [person.name for person in living_with(self.reader, self.key, self.home, self.on)]

    def size(self) -> int | None:
        return len(people.members_on(self.reader, self.home, self.on)) if self.home is not None else None

    def layer(self) -> dict[str, Any] | None:
        layer, is_proposal = _layer(self.reader, self.home, self.entitlements)
        return (
            {"code": layer.name, "title": layer.title, "is_proposal": is_proposal}
            if layer is not None
            else None
        )

    def amount(self) -> int | None:
        """Fen a month, of everything that is received."""
        if not self.entitlements:
            return None
        month = self.on.replace(day=1)
        rows = Amount.objects.filter(
            Q(last_month__isnull=True) | Q(last_month__gte=month),
            entitlement__in=self.entitlements,
            first_month__lte=month,
        )
        total: int | None = rows.aggregate(n=Sum("fen"))["n"]
        return total


FIELDS: dict[str, Callable[[_Known], Any]] = {
    "person.registered": lambda known: True,
    "person.name": lambda known: known.person.name,
    "person.sex": lambda known: known.person.sex,
    "person.birth_day": lambda known: (
        known.person.birth_day.isoformat() if known.person.birth_day is not None else None
    ),
    "person.identifier": _Known.identifier,
    "person.division": lambda known: known.person.division[:TOWN],
    "household.number": lambda known: known.home.number if known.home is not None else None,
    "household.size": _Known.size,
    "household.members": _Known.members,
    "status.layer": _Known.layer,
    "status.receives": lambda known: bool(known.entitlements),
    "status.benefits": lambda known: sorted({row.benefit for row in known.entitlements}),
    "status.since": lambda known: min(
        (row.first_day.isoformat() for row in known.entitlements), default=None
    ),
    "benefit.amount": _Known.amount,
}
"""Every field that can be told, and where it comes from. Money is fen a month."""


def told(
    reader: Reader, key: PartnerKey, person: Person, fields: Collection[str], on: date
) -> dict[str, Any]:
    """The fields asked for. What screening found is a proposal and says so; what was decided is an entitlement."""
    known = _Known(reader, key, person, on)
    return {name: FIELDS[name](known) for name in fields}


def _layer(
    reader: Reader, home: Household | None, entitlements: list[Entitlement]
) -> tuple[Layer | None, bool]:
    if home is None:
        return None, False
    for row in entitlements:
        if (layer := LAYERS.get(row.benefit.rsplit("/", 1)[-1])) is not None:
            return layer, False
    run = screening.latest_run(reader.scope)
    found = screening.household_result(run, reader.scope, home.number) if run is not None else None
    if found is None or not found.layer:
        return None, False
    return next(one for one in Layer if one == found.layer), True
