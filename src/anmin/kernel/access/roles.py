"""Roles as data (岗位): what each may do, at which level, how closely held the data may be, what never goes together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import yaml

from anmin.lib.divisions import DivisionLevel

FOLDER = Path(__file__).parent / "roles"
CLEARANCES = {"public": 0, "internal": 1, "sensitive": 2, "protected": 3, "sealed": 4}
LEVELS = {level.name.lower(): level for level in DivisionLevel}
POPULATION = "register.read"
"""The power without which nobody sees a person or a household."""


@dataclass(frozen=True)
class Role:
    """A post (岗位) as it is declared. `kind` is system, security, audit or business."""

    key: str
    title: str
    kind: str
    levels: tuple[DivisionLevel, ...]
    clearance: int
    powers: frozenset[str]
    not_: str
    incompatible: frozenset[str]

    @property
    def reads_people(self) -> bool:
        """Whether the role sees persons and households at all."""
        return POPULATION in self.powers


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """Every role by its key."""
    found: dict[str, Role] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            role = Role(
                key=row["key"],
                title=row["title"],
                kind=row["kind"],
                levels=tuple(LEVELS[name] for name in row["levels"]),
                clearance=CLEARANCES[row["clearance"]],
                powers=frozenset(row["powers"]),
                not_=row["not"],
                incompatible=frozenset(row.get("incompatible", [])),
            )
            if role.key in found:
                raise ValueError(f"{path.name}：岗位 {role.key} 声明了两次")
            found[role.key] = role
    return found


def conflicts() -> set[tuple[str, str]]:
    """The pairs of roles that one person may not hold on the same day, each pair in the order of its keys.

    The three administrators exclude one another and every other role (三员分立); the rest is declared by the roles.
    """
    pairs: set[tuple[str, str]] = set()
    for one, other in combinations(sorted(roles().values(), key=lambda role: role.key), 2):
        apart = one.kind != other.kind or (one.kind != "business" and one.key != other.key)
        if apart or other.key in one.incompatible or one.key in other.incompatible:
            pairs.add((one.key, other.key))
    return pairs


def powers() -> frozenset[str]:
    """Every power that some role has."""
    return frozenset(power for role in roles().values() for power in role.powers)
