"""What a town may pay first (先行救助限额): so many times the urban dibao standard, as the place has fixed it."""

from __future__ import annotations

from datetime import date

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import ProcedureProblem
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import Settlement
from anmin.policy.rates import Value

STANDARD = "dibao_standard"


def limit_of(case: Case, on: date) -> int | None:
    """Fen that may be paid first, None where the matter never pays first; raises ProcedureProblem, PolicyError."""
    procedure = procedure_of(case)
    if not procedure.terms.get("pays_first"):
        return None
    times = procedure.terms.get("town_limit_standards")
    if times is None:
        raise ProcedureProblem(
            f"“{procedure.title}”还没有规定镇街先行救助限额，不能先行救助；请县级民政局在本地办理程序中补上"
        )
    entry = rulebook().rates.entry(STANDARD, case.division, on)
    return as_whole(entry.value(Settlement.URBAN)) * int(times)


def as_whole(value: Value) -> int:
    """A rate that is a number and not a table."""
    if isinstance(value, tuple):
        raise TypeError("a table is no number")
    return int(value)
