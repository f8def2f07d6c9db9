"""What a partner can be told about one person: register and newest screening, only the fields asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.exchange.consents.queries import live_for
from anmin.kernel.partners.models import PartnerKey
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Household, Person
from anmin.kernel.screening import queries as screening
from anmin.policy.codes import Layer

TOWN = 9
LAYERS = {
    "dibao": Layer.DIBAO,
    "dibao_expenditure": Layer.DIBAO_EXPENDITURE,
    "edge": Layer.EDGE,
    "rigid": Layer.RIGID,
}
"""The layer that a decided benefit puts a household into."""


def person_for(reader: Reader, key: PartnerKey, number: str, on: date) -> Person | None:
    """The person of a number as far as a key reaches: in its divisions, and where it rests on consent, with one."""
    person = people.person_by_number(reader, number)
    if person is None:
        return None
    if key.basis == PartnerKey.Basis.CONSENT and person.pk not in live_for([person.pk], key.partner.key, on):
        return None
    return person


def told(reader: Reader, person: Person, fields: Collection[str], on: date) -> dict[str, Any]:
    """The fields asked for. What screening found is a proposal and says so; what was decided is an entitlement."""
    here = people.membership_on(person, on)
    home = here.household if here is not None else None
    entitlements = list(
        Entitlement.objects.filter(household=home, state=Entitlement.State.ACTIVE) if home is not None else []
    )
    layer, is_proposal = _layer(reader, home, entitlements)
    number = person.identifiers.filter(kind="resident", last_day__isnull=True).first()
    values: dict[str, Any] = {
        "person.registered": True,
        "person.name": person.name,
        "person.sex": person.sex,
        "person.birth_day": person.birth_day.isoformat() if person.birth_day else None,
        "person.identifier": number.value if number is not None else None,
        "person.division": person.division[:TOWN],
        "household.number": home.number if home is not None else None,
        "household.size": len(people.members_on(reader, home, on)) if home is not None else None,
        "household.members": [row.person.name for row in people.members_on(reader, home, on)]
        if home is not None
        else [],
        "status.layer": {"code": layer.name, "title": layer.title, "is_proposal": is_proposal}
        if layer
        else None,
        "status.receives": bool(entitlements),
        "status.benefits": sorted({row.benefit for row in entitlements}),
        "status.since": min((row.first_day.isoformat() for row in entitlements), default=None),
        "benefit.amount": None,
    }
    return {name: values[name] for name in fields}


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
