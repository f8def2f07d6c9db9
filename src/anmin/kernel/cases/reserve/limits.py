"""What a town may pay first (先行救助限额), as the place has fixed it: fen, or so many times the urban dibao standard."""

from __future__ import annotations

from datetime import date

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import ProcedureProblem, unverified
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import Settlement
from anmin.policy.rates import Value

STANDARD = "dibao_standard"
LIMIT = "限额"


def limit_of(case: Case, on: date) -> int | None:
    """Fen that may be paid first, None where the matter never pays first.

    Raises:
        ProcedureProblem: where the place has fixed no limit; the message names who can.
        PolicyError: where the standard is missing.
    """
    procedure = procedure_of(case)
    if not procedure.terms.get("pays_first"):
        return None
    fixed, times = procedure.terms.get("town_limit_fen"), procedure.terms.get("town_limit_standards")
    if fixed is not None:
        return int(fixed)
    if times is None:
        raise ProcedureProblem(
            f"“{procedure.title}”还没有规定镇街先行救助限额，不能先行救助；请县级民政局在本地办理程序中补上"
        )
    entry = rulebook().rates.entry(STANDARD, case.division, on)
    return as_whole(entry.value(Settlement.URBAN)) * int(times)


def mark_of_limit(case: Case) -> str:
    """What is still to be verified about the limit and by whom (待核实), for the page and the message; empty where it is sure."""
    found = [row for row in unverified(procedure_of(case)) if LIMIT in row.what]
    return "；".join(f"待核实：{row.what}（请{row.who}核定）" for row in found)


def as_whole(value: Value) -> int:
    """A rate that is a number and not a table."""
    if isinstance(value, tuple):
        raise TypeError("a table is no number")
    return int(value)
