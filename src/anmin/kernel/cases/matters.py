"""The matters of this deployment (事项), read once from the lines of business: `domains/<line>/matters/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from anmin.kernel.cases.declaring import ProcedureBook
from anmin.kernel.cases.procedures import Procedure
from anmin.lib.lines import files_of_lines


@dataclass(frozen=True)
class Matter:
    """A matter as lists show it: its key, what it is called, and what it may grant."""

    key: str
    title: str
    benefits: tuple[str, ...]
    can_be_applied_for: bool


@lru_cache(maxsize=1)
def book() -> ProcedureBook:
    """Every procedure that a line of business declares, with the overlays of localities."""
    return ProcedureBook.load(*files_of_lines("*/matters"))


def procedure_for(matter: str, division: str, on: date) -> Procedure:
    """The procedure of a matter in a division on a day; raises ProcedureProblem."""
    return book().procedure(matter, division, on)


def matters(division: str, on: date) -> list[Matter]:
    """The matters in force in a division on a day, in the order of their files."""
    found = []
    for key in book().matters:
        if not book().is_in_force(key, on):
            continue
        procedure = procedure_for(key, division, on)
        form = procedure.intake.get("form")
        found.append(Matter(key, procedure.title, procedure.benefits, form is not None))
    return found


REVIEW = "review"
"""The common matter by which running benefits are looked at again; those of a line of business begin with its key."""


def review_of(benefit: str, division: str, on: date) -> str:
    """The matter of a benefit's review (动态复核): the one of its line of business that names it, else the common one."""
    for key in book().matters:
        if not key.startswith(REVIEW) or not book().is_in_force(key, on):
            continue
        if benefit in procedure_for(key, division, on).terms.get("reviews", ()):
            return key
    return REVIEW


@lru_cache(maxsize=1)
def returning() -> frozenset[str]:
    """The steps by which a case goes back (退回), of all procedures."""
    return frozenset(action for action in book().actions if action.startswith("return"))
