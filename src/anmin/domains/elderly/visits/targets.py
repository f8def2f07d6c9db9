"""Elders in special difficulty who agreed to visits, as the service `elder_visit` hears of them (特殊困难老年人, 民发〔2022〕73号)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from anmin.domains.elderly.registers.difficulty import SpecialDifficulty
from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.plans.agreeing.actions import agree, stand_still
from anmin.kernel.delivery.plans.queries import Wanted, is_of_age
from anmin.kernel.delivery.services import service
from anmin.kernel.people.models import Membership, Person
from anmin.kernel.people.queries import in_force, membership_on
from anmin.kernel.registers.declaring import Trouble

SERVICE = "elder_visit"


def tier_of(kind: str, person: Person, on: date) -> str:
    """The tier of the service that a class leads to: who lives alone and is of advanced age has one of her own."""
    old = service(SERVICE).tier("alone_old")
    return old.key if kind == "alone" and is_of_age(person, old, on) else kind


def active(on: date, division: str) -> Iterator[Wanted]:
    """Everybody whose entry is active on a day, with the household she lives in; whoever is in none has nobody's door."""
    rows = SpecialDifficulty.objects.filter(
        in_force(on), state="active", division__startswith=division, person__died_on__isnull=True
    )
    kinds: dict[int, list[str]] = {}
    for person, kind in rows.values_list("person", "kind"):
        kinds.setdefault(person, []).append(kind)
    homes = Membership.objects.filter(in_force(on), person__in=rows.values("person"), is_double=False)
    for member in homes.select_related("household", "person").order_by("household", "pk"):
        for kind in kinds.get(member.person_id, ()):
            yield Wanted(member.household, member.person, tier_of(kind, member.person, on))


def has_a_door(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Whoever is to be visited lives in a household that is known."""
    if membership_on(row.person, on) is None:
        yield Trouble("", "no_home", "这位老人没有登记在哪一户，请先在“人员”里登记，再纳入探访。")


def begin(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """Her plan of visits begins the same day, by the rhythm of the place."""
    agree(by=by, service_key=SERVICE, person=row.person, tier=tier_of(row.kind, row.person, on), on=on)
    return {"active_since": row.active_since or on}


def pause(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """Her plan stands still, unless another class of hers goes on."""
    others = SpecialDifficulty.objects.filter(in_force(on), person=row.person, state="active")
    if not others.exclude(pk=row.pk).exists():
        stand_still(
            by=by, service_key=SERVICE, person=row.person, state="suspended", on=on, reason="住院、外出"
        )
    return {}


def refuse(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """Her plan is over from the day of the signature, whatever her classes: it is she who refused."""
    day = row.refused_on or on
    stand_still(
        by=by, service_key=SERVICE, person=row.person, state="refused", on=day, reason="签字不接受探访"
    )
    return {}
