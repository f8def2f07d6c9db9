"""A resident as a reader (居民读者): whom they may act for on a day, and what the database is told about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from anmin.kernel.access.delegations.actions import PURPOSES
from anmin.kernel.access.delegations.queries import in_force

PHONE = "login"
"""The way in by a code on the registered telephone."""


@dataclass(frozen=True)
class Resident:
    """Somebody who came in as themselves (居民): their key in the register and for whom they act, by purpose.

    What follows from it is told to the database, whose policies for the role of residents let nothing else through.
    """

    person: int
    on: date
    way: str = PHONE
    session: int = 0
    helps: dict[str, frozenset[int]] = field(default_factory=dict)

    def __str__(self) -> str:
        return "居民"

    def may(self, purpose: str, person: int) -> bool:
        """Whether they may do something for somebody: everything for themselves."""
        return person == self.person or person in self.helps.get(purpose, frozenset())

    def own(self, *purposes: str) -> frozenset[int]:
        """Themselves and everybody they act for in one of some purposes."""
        found = frozenset({self.person})
        for purpose in purposes:
            found |= self.helps.get(purpose, frozenset())
        return found

    @property
    def everybody(self) -> frozenset[int]:
        """Themselves and everybody they act for in anything."""
        return self.own(*PURPOSES)

    @property
    def settings(self) -> dict[str, str]:
        """What the database is told for the length of a transaction."""
        return {
            "anmin.resident": str(self.person),
            "anmin.own_apply": _listed(self.own("apply")),
            "anmin.own_case": _listed(self.own("apply", "progress")),
            "anmin.own_money": _listed(self.own("money")),
            "anmin.own_any": _listed(self.everybody),
            "anmin.day": self.on.isoformat(),
            "anmin.writes": "1",
        }


def _listed(persons: frozenset[int]) -> str:
    return ",".join(str(key) for key in sorted(persons))


def helped_by(person: int, on: date) -> dict[str, frozenset[int]]:
    """For whom somebody acts on a day, by purpose. A delegation that was edited by SQL gives nothing."""
    found: dict[str, set[int]] = {purpose: set() for purpose in PURPOSES}
    for row in in_force(on).filter(helper=person):
        if row.is_coded:
            for purpose in row.purposes:
                found.setdefault(purpose, set()).add(row.person)
    return {purpose: frozenset(persons) for purpose, persons in found.items()}
