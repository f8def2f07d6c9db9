"""Which side of a fact is best evidenced, and what still has to be decided (证据效力)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.screening.rulebooks import rulebook

ORDER = (CaseFact.Basis.CHECKED, CaseFact.Basis.SEEN, CaseFact.Basis.DECLARED)
"""A department's record counts before what was seen, what was seen before what was said (民发〔2021〕57号 §§16–18)."""


@dataclass(frozen=True)
class Side:
    """A value and the side it comes from."""

    basis: str
    value: int


def sides_of(row: CaseFact) -> list[Side]:
    """What each side says, the best evidenced first; silence is no side."""
    said = {"checked": row.checked, "seen": row.seen, "declared": row.declared}
    return [Side(basis.value, value) for basis in ORDER if (value := said[basis.value]) is not None]


def best_of(row: CaseFact) -> Side | None:
    """The best-evidenced value, or None where nobody said anything."""
    return next(iter(sides_of(row)), None)


def is_disputed(row: CaseFact) -> bool:
    """Whether the sides differ."""
    return len({side.value for side in sides_of(row)}) > 1


def undecided(rows: Iterable[CaseFact]) -> list[CaseFact]:
    """The facts on which the sides differ and nobody has said yet what counts."""
    return [row for row in rows if row.adopted is None and is_disputed(row)]


def undecided_titles(case: Case) -> list[str]:
    """What these facts are called."""
    facts = rulebook().facts
    rows = case.facts.defer("reason").order_by("pk")
    return [facts[row.name].title if row.name in facts else row.name for row in undecided(rows)]
