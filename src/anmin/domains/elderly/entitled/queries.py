"""What is known about an elder, and everything of elder care that she is entitled to and receives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from anmin.domains.elderly.beds.queries import BedAccount, account_of
from anmin.domains.elderly.entitled.listing import Answer, answers
from anmin.domains.elderly.entitled.predicates import Elder
from anmin.domains.elderly.meals.actions import age_on
from anmin.domains.elderly.registers.adaptations import ADAPTATIONS
from anmin.domains.elderly.registers.assessments import ASSESSMENTS
from anmin.domains.elderly.registers.beds import BEDS
from anmin.domains.elderly.registers.difficulty import DIFFICULTIES, MEAL_CATEGORIES, NEIGHBOURS
from anmin.domains.elderly.registers.insurance import CLAIMS, INSURED
from anmin.domains.elderly.registers.meals import MEALS
from anmin.domains.elderly.vouchers.limits import Voucher, voucher_of
from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.queries import orders
from anmin.kernel.entitlements import queries as benefits
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Person
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import entries

POOR = {"dibao": "is_dibao", "tekun": "is_tekun", "edge": "is_edge"}
BOOKS = (ASSESSMENTS, DIFFICULTIES, BEDS, ADAPTATIONS, MEAL_CATEGORIES, NEIGHBOURS, INSURED, CLAIMS)
MEALS_SHOWN = 10


@dataclass(frozen=True)
class Held:
    """The entries about somebody in one register, newest first."""

    register: Register
    rows: list[Any]


@dataclass(frozen=True)
class Care:
    """Everything of elder care about one person on a day (养老服务一人一页)."""

    elder: Elder
    answers: list[Answer]
    assessment: Any
    held: list[Held]
    meals: list[Any]
    benefits: list[Any]
    bed: BedAccount | None
    voucher: Voucher
    orders: list[Any]


def assessment_in_force(reader: Reader, person: Person, on: date) -> Any:
    """The newest result that holds and is not disputed."""
    rows = entries(reader, ASSESSMENTS).filter(
        person=person, state="final", first_day__lte=on, last_day__gte=on
    )
    return rows.order_by("-first_day").first()


def classes_of(reader: Reader, person: Person, on: date) -> frozenset[str]:
    """The classes of special difficulty on the book on a day, surveyed or visited."""
    rows = entries(reader, DIFFICULTIES).filter(person=person, first_day__lte=on).exclude(state="candidate")
    return frozenset(
        rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on)).values_list("kind", flat=True)
    )


def known(reader: Reader, person: Person, on: date) -> Elder:
    """What the register, the benefits and the books of elder care say about somebody on a day."""
    home = people.membership_on(person, on)
    running = benefits.running_of(home.household, on) if home is not None else []
    names = {row.benefit.split("/")[-1] for row in running if row.person_id in (None, person.pk)}
    result = assessment_in_force(reader, person, on)
    return Elder(
        age=age_on(person.birth_day, on) if person.birth_day is not None else None,
        division=person.division,
        on=on,
        is_registered_here=_registered(person),
        ability=result.final if result is not None else None,
        ability_until=result.last_day if result is not None else None,
        is_dibao=any(name.startswith(("dibao", "single_dibao")) for name in names),
        is_tekun="tekun" in names,
        is_edge="edge" in names,
        disability_level=None,
        classes=classes_of(reader, person, on),
    )


def care_of(reader: Reader, person: Person, on: date) -> Care:
    """The page of one person."""
    elder = known(reader, person, on)
    home = people.membership_on(person, on)
    running = list(benefits.running_of(home.household, on)) if home is not None else []
    bed = entries(reader, BEDS).filter(person=person, accepted_on__isnull=False).first()
    return Care(
        elder,
        answers(elder),
        assessment_in_force(reader, person, on),
        [
            Held(book, found)
            for book in BOOKS
            if (found := list(entries(reader, book).filter(person=person).order_by("-first_day", "-pk")))
        ],
        list(entries(reader, MEALS).filter(person=person).order_by("-first_day", "-pk")[:MEALS_SHOWN]),
        [row for row in running if row.person_id in (None, person.pk)],
        account_of(reader, bed, on) if bed is not None else None,
        voucher_of(person, person.division, on),
        list(orders(reader).filter(person=person)[:MEALS_SHOWN]),
    )


def _registered(person: Person) -> bool | None:
    """Registered in the city where the person lives; None where no place of registration is known."""
    if not person.hukou_division:
        return None
    return person.hukou_division[:4] == person.division[:4]
