"""Alerts: what a rule of monitoring declares about itself, and what it yields: hits that carry their evidence.

Nothing here knows a database. The kernel dispatches and follows up what is found; the shapes below are the seam.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa

from anmin.policy.codes import Colour, Direction


@dataclass(frozen=True)
class Alert:
    """A condition that someone must look at (预警规则), declared beside its rule.

    `number` is the rule's number in the library (M01), `rule` names a rule of truth. `cause` is the trouble that it
    points to: hits of one cause in one household count once. `months` is how many of the latest months its monthly facts
    must have arrived for before its silence means anything. `is_place` marks a rule about a place and not a household.

    The rulebook gives the rest: the key (`assistance/M01`) from the domain and the number, titles and unit from the
    rule; weight and colour are dated rates named after the number (`m01_weight`, `m01_colour`).
    """

    number: str
    rule: str
    direction: Direction
    cause: str
    months: int = 1
    is_place: bool = False
    key: str = ""
    title: str = ""
    english: str = ""
    unit: Literal["person", "household", "place"] = "household"

    @property
    def weight(self) -> str:
        """The name of the rate that says how much a hit adds to the risk of a household."""
        return f"{self.number.lower()}_weight"

    @property
    def colour(self) -> str:
        """The name of the rate that says the colour of a hit."""
        return f"{self.number.lower()}_colour"


@dataclass(frozen=True)
class Shown:
    """One value behind a hit: a fact, whose it is, what it said, and who said so of which period.

    `member` is the position in the household's roster, -1 for a value of the household. `value` is in the fact's
    units (fen, days yyyymmdd, codes). `period` is the month (2026-10) of a monthly fact, else the period of the batch;
    `batch` is empty where the snapshot does not come out of batches. `known_on` is the day it was known to us.
    """

    fact: str
    member: int
    value: int
    source: str
    period: str
    batch: str
    known_on: date | None


@dataclass(frozen=True)
class Hit:
    """One rule that holds for one household, or one of its persons, on one day (命中).

    `rule` is the alert's key, `version` the first day of the dated rule that was applied. `person` is the blind key of
    the person, empty where the rule is about the household; for a rule about a place, `household` is empty too.
    `weight` and `colour` are those of the place on that day. What makes two hits the same is `identity`.
    """

    rule: str
    version: date
    household: str
    person: str
    division: str
    as_of: date
    month: str
    direction: Direction
    cause: str
    colour: Colour
    weight: int
    values: tuple[Shown, ...]

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same rule about the same person of the same household, on whatever day."""
        return (self.rule, self.household, self.person)


VALUES = pa.list_(
    pa.struct(
        [
            ("fact", pa.string()),
            ("member", pa.int32()),
            ("value", pa.int64()),
            ("source", pa.string()),
            ("period", pa.string()),
            ("batch", pa.string()),
            ("known_on", pa.date32()),
        ]
    )
)
HITS = pa.schema(
    [
        ("rule", pa.string()),
        ("version", pa.date32()),
        ("household", pa.string()),
        ("person", pa.string()),
        ("division", pa.string()),
        ("as_of", pa.date32()),
        ("month", pa.string()),
        ("direction", pa.uint8()),
        ("cause", pa.string()),
        ("colour", pa.uint8()),
        ("weight", pa.int32()),
        ("values", VALUES),
    ]
)
"""Hits as a table: one row a hit, sorted by household, then rule, then person."""
FINDINGS = pa.schema(
    [
        ("household", pa.string()),
        ("division", pa.string()),
        ("as_of", pa.date32()),
        ("identity", pa.int32()),
        ("score", pa.int32()),
        ("colour", pa.uint8()),
        ("means", pa.int32()),
        ("priority", pa.int32()),
        ("causes", pa.list_(pa.string())),
        ("rules", pa.list_(pa.string())),
    ]
)
"""Households with a hit: the risk score over causes (the larger of each), the colour, causes and rules in order.

`means` is the counted income a head in ten-thousandths of the standard of the place. `priority` says who is looked at first
where there are more than one can visit: the score, more for each further rule that agrees, less for means above the standard."""


def hits_of(table: pa.Table) -> Iterator[Hit]:
    """The rows of a table of `HITS` as hits."""
    for row in table.to_pylist():
        yield Hit(
            **{name: row[name] for name in ("rule", "version", "household", "person", "division")},
            **{name: row[name] for name in ("as_of", "month", "cause", "weight")},
            direction=Direction.of(row["direction"]),
            colour=Colour.of(row["colour"]),
            values=tuple(Shown(**value) for value in row["values"]),
        )


def hits_table(hits: Iterable[Hit]) -> pa.Table:
    """Hits as a table of `HITS`, sorted."""
    rows = [
        {
            **vars(hit),
            "colour": int(hit.colour),
            "direction": int(hit.direction),
            "values": [vars(one) for one in hit.values],
        }
        for hit in sorted(hits, key=lambda hit: (hit.household, hit.rule, hit.person))
    ]
    return pa.Table.from_pylist(rows, schema=HITS)
