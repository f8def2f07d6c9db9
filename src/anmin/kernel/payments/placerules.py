"""Rules about paying that places set (发放规则): signatures and pairs that exclude one another, from the lines of business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

from anmin.lib.divisions import ancestors
from anmin.lib.lines import files_of_lines


@dataclass(frozen=True)
class Signing:
    """How many people sign for how much in a place from a day on, and which change of the total must be explained."""

    division: str
    since: date
    signatures: int
    more: tuple[tuple[int, int], ...]
    jump_bp: int
    law: str
    verified: bool

    def needed(self, fen: int) -> int:
        """How many people sign for a sum."""
        return max([self.signatures, *(number for above, number in self.more if fen > above)])


@dataclass(frozen=True)
class Pair:
    """Two benefits that one person does not have in the same month."""

    one: str
    other: str
    since: date
    law: str


@lru_cache(maxsize=1)
def signings() -> tuple[Signing, ...]:
    """Every rule about signatures."""
    return tuple(
        Signing(
            division=str(row["division"]),
            since=row["since"],
            signatures=row["signatures"],
            more=tuple((one["above_fen"], one["signatures"]) for one in row.get("more", [])),
            jump_bp=row["jump_bp"],
            law=row["law"],
            verified=row["verified"],
        )
        for row in _rows("signatures")
    )


@lru_cache(maxsize=1)
def pairs() -> tuple[Pair, ...]:
    """Every pair of benefits that excludes one another."""
    return tuple(Pair(row["one"], row["other"], row["since"], row["law"]) for row in _rows("exclusive"))


def signing_in(division: str, on: date) -> Signing:
    """The rule about signatures of a place on a day: the nearest place upwards, the newest of its rules."""
    for place in ancestors(division):
        found = [row for row in signings() if row.division == place and row.since <= on]
        if found:
            return max(found, key=lambda row: row.since)
    raise LookupError(f"{division} 在 {on} 没有发放审批的签字规定")


def _rows(name: str) -> list[dict[str, Any]]:
    paths = files_of_lines(f"*/payments/{name}.yaml")
    return [row for path in paths for row in yaml.safe_load(path.read_text("utf-8"))]
