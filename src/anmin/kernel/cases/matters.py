"""The matters of this deployment (事项), read once from the lines of business: `domains/<line>/matters/*.yaml`."""

from __future__ import annotations

from collections.abc import Collection
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
"""The common matter by which running benefits are looked at again."""


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    """The common matter that each matter of a line of business stands in for."""
    return {
        row["matter"]: row["terms"]["in_place_of"]
        for row in book().files
        if "in_place_of" in row.get("terms", {})
    }


def kind_of(matter: str) -> str:
    """The common matter that a matter stands in for (通用事项), itself where it stands for none."""
    return _kinds().get(matter, matter)


def matters_of(*kinds: str) -> list[str]:
    """Some common matters and all that stand in for them."""
    return [*kinds, *(matter for matter, kind in _kinds().items() if kind in kinds)]


def benefits_of(kind: str, division: str, on: date) -> tuple[str, ...]:
    """What a common matter and those that stand in for it are about: the common one's benefits first."""
    found = [*procedure_for(kind, division, on).benefits]
    for matter in matters_of(kind)[1:]:
        if book().is_in_force(matter, on):
            found += procedure_for(matter, division, on).terms["about"]
    return tuple(dict.fromkeys(found))


def matter_about(kind: str, benefits: Collection[str], division: str, on: date) -> str:
    """The matter of a kind for a case about some benefits: that of the line of business that names one, else the common one."""
    for matter in matters_of(kind)[1:]:
        if not book().is_in_force(matter, on):
            continue
        if set(benefits) & set(procedure_for(matter, division, on).terms["about"]):
            return matter
    return kind


@lru_cache(maxsize=1)
def returning() -> frozenset[str]:
    """The steps by which a case goes back (退回), of all procedures."""
    return frozenset(action for action in book().actions if action.startswith("return"))
