"""Load a whole population into the register by COPY: sealed, tokenised, and one act for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.fields import next_keys, sealed_text
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.models import Household, Identifier, Level, Membership, Person
from anmin.kernel.people.tokens import tokens_of

ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One person of a population to be loaded."""

    name: str
    number: str
    sex: int
    birth_day: date
    relation: int
    phone: str = ""
    hukou_kind: str = ""
    level: int = Level.INTERNAL


@dataclass(frozen=True, slots=True)
class Home:
    """One household of a population to be loaded, its head first."""

    number: str
    division: str
    settlement: int
    address: str
    people: Sequence[Newcomer]


@transaction.atomic
def load_population(*, by: Any, homes: Iterable[Home], first_day: date, source: str) -> tuple[int, int]:
    """Write households and persons that the register does not know yet; gives how many of each.

    Raises:
        IntegrityError: when a household number or an identifier is known already; nothing is written then.
    """
    households = persons = 0
    rows = iter(homes)
    while batch := list(islice(rows, ROWS)):
        households += len(batch)
        persons += _load(batch, first_day, source)
    after = {"households": households, "persons": persons, "source": source}
    audit.record(by=by, act="people.load", subject=source, after=after)
    return households, persons


def _load(homes: list[Home], first_day: date, source: str) -> int:
    everybody = [(home, person) for home in homes for person in home.people]
    home_keys = next_keys(Household, len(homes))
    keys = next_keys(Person, len(everybody))
    numbers = next_keys(Identifier, len(everybody))
    now = timezone.now()
    of_home = {id(home): key for home, key in zip(homes, home_keys, strict=True)}
    _copy(
        Household,
        ["id", "number", "division", "address", "settlement", "level", "first_day", "version", "learned_at"],
        (
            (
                key,
                home.number,
                home.division,
                sealed_text(home.address, "kernel_household", "address", key),
                home.settlement,
                Level.INTERNAL,
                first_day,
                1,
                now,
            )
            for key, home in zip(home_keys, homes, strict=True)
        ),
    )
    _copy(
        Person,
        [
            *(
                "id",
                "name",
                "phone",
                "sex",
                "birth_day",
                "nation",
                "division",
                "hukou_division",
                "hukou_kind",
            ),
            *("settlement", "level", "tokens", "version", "learned_at"),
        ],
        (
            (
                key,
                sealed_text(row.name, "kernel_person", "name", key),
                sealed_text(row.phone, "kernel_person", "phone", key),
                row.sex,
                row.birth_day,
                "",
                home.division,
                home.division[:6],
                row.hukou_kind,
                home.settlement,
                row.level,
                tokens_of([row.name], [row.number], [row.phone], [home.number]),
                1,
                now,
            )
            for key, (home, row) in zip(keys, everybody, strict=True)
        ),
    )
    kind = Identifier.Kind.RESIDENT.value
    _copy(
        Identifier,
        ["id", "person_id", "kind", "value", "blind", "source", "learned_at"],
        (
            (
                number,
                key,
                kind,
                sealed_text(row.number, "kernel_identifier", "value", number),
                blind_index(kind, row.number),
                source,
                now,
            )
            for number, key, (_home, row) in zip(numbers, keys, everybody, strict=True)
            if row.number
        ),
    )
    _copy(
        Membership,
        ["person_id", "household_id", "relation", "is_head", "is_double", "first_day", "cause", "learned_at"],
        _memberships(homes, of_home, keys, first_day, now),
    )
    return len(everybody)


def _memberships(
    homes: list[Home], of_home: dict[int, int], keys: list[int], first_day: date, now: Any
) -> Iterator[tuple[Any, ...]]:
    place = iter(keys)
    for home in homes:
        for at, row in enumerate(home.people):
            yield (next(place), of_home[id(home)], row.relation, at == 0, False, first_day, "load", now)


def _copy(model: Any, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as stream,
    ):
        for row in rows:
            stream.write_row(row)
