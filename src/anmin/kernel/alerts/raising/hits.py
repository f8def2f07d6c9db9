"""What an evaluation hands over about one household: which rule, on which values, from whom."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.policy.alerts import Hit

APART = frozenset({"LESS", "DATA"})
"""Directions whose hits gather by themselves."""


@dataclass(frozen=True)
class Value:
    """One value a rule read (命中依据): the fact, its integer, and who said it in which batch.

    `words` is a sentence in place of the integer: which condition of a benefit no longer holds.
    """

    fact: str
    value: int
    source: str = ""
    period: str = ""
    batch: str = ""
    known_on: str = ""
    words: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """As it is kept; `known_on` is the ISO day on which the batch had come, where there was one."""
        return {name: value for name, value in vars(self).items() if name != "words" or value}


@dataclass(frozen=True)
class Reported:
    """One hit (命中): a rule and the first day of its version, the household's number, the person's blind key or none.

    `cause` is the group within which hits count once; `direction` one of `models.DIRECTIONS`; `weight` points of risk;
    `fen` what is at stake a month where the rule says so.
    """

    rule: str
    rule_since: date
    household: str
    as_of: date
    colour: str
    weight: int
    cause: str
    direction: str
    person: bytes = b""
    values: Sequence[Value] = ()
    fen: int | None = None

    @property
    def group(self) -> str:
        """The cause within which it gathers: what may end a benefit never gathers with what may begin one."""
        return self.cause if self.direction not in APART else f"{self.cause}:{self.direction.lower()}"

    @property
    def key(self) -> str:
        """The same word of the same rule about the same month, however often it is evaluated."""
        mark = f"{self.rule}|{self.household}|{self.person.hex()}|{self.as_of:%Y-%m}"
        said = "|".join(f"{one.fact}={one.value}" for one in self.values)
        return hashlib.sha256(f"{mark}|{said}".encode()).hexdigest()[:32]


def of_rules(hit: Hit) -> Reported:
    """A hit as the rules of monitoring yield it; one value for each fact, the newest month's."""
    newest: dict[tuple[str, int], Value] = {}
    for one in sorted(hit.values, key=lambda one: one.period):
        newest[one.fact, one.member] = Value(
            one.fact,
            one.value,
            one.source,
            one.period,
            one.batch,
            one.known_on.isoformat() if one.known_on else "",
        )
    return Reported(
        rule=hit.rule,
        rule_since=hit.version,
        household=hit.household,
        as_of=hit.as_of,
        colour=hit.colour.name.lower(),
        weight=hit.weight,
        cause=hit.cause,
        direction=hit.direction.name,
        person=_blind(hit.person),
        values=tuple(newest.values()),
    )


def _blind(written: str) -> bytes:
    """A blind key as the lake has it; a key of a snapshot that came as a file is nobody's here."""
    try:
        return bytes.fromhex(written)
    except ValueError:
        return written.encode()
