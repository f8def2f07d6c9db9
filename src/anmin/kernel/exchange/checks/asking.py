"""How a source answers about a household from its batches. The only caller is `checks.actions`, which asks first for
authorisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.facts.lake.queries import said_by
from anmin.kernel.facts.sources.catalogue import check_sources
from anmin.kernel.keys.queries import blind_index

__all__ = ["LakeAnswer", "Member", "answer_of", "check_sources"]


@dataclass(frozen=True)
class Member:
    """Somebody asked about: the key in the register, and a print of the name to compare with the source's."""

    person: int
    name: str

    @property
    def print(self) -> bytes:
        """As the lake keeps names."""
        return blind_index("name", self.name)[:8]


@dataclass(frozen=True)
class LakeAnswer:
    """What a source's newest batch says: the day it holds for, the batch it came in, and one line per row."""

    as_of: date
    batch: str
    lines: list[dict[str, Any]]


def answer_of(source: str, members: Mapping[bytes, Member], on: date) -> LakeAnswer | None:
    """What a source says about members by their blind keys; None where no batch of it has come.

    A line whose name is another than in the register is marked: same number, other name is for a person to judge
    (证件号码与姓名双重比对).
    """
    said = said_by(check_sources()[source], members, on)
    if said is None:
        return None
    lines = [
        {
            "person": members[blind].person,
            "values": dict(row.values),
            "name_differs": row.name != members[blind].print,
        }
        for blind, rows in sorted(said.rows.items())
        for row in rows
    ]
    return LakeAnswer(said.true_on, f"{said.period} #{said.batches[-1]}", lines)
