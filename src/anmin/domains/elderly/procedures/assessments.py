"""What becomes of an assessment: the result is told, and may be disputed until two others recheck it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from anmin.domains.elderly.powers import ASSESS, VISIT
from anmin.domains.elderly.registers.assessments import ASSESSMENTS
from anmin.domains.elderly.steps import step
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Procedure, declared


def still_holds(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Only a result that holds can be disputed."""
    if row.last_day is not None and row.last_day < on:
        yield Trouble("", "over", f"这次评估已于 {row.last_day} 到期，直接申请重新评估即可。")


def not_told_yet(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """A result is told once."""
    if row.told_on is not None:
        yield Trouble("", "told", f"已于 {row.told_on} 告知。")


def told_today(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day on which the result was told."""
    return {"told_on": on}


def disputed_today(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of the dispute."""
    return {"disputed_on": on}


ASSESSMENT_WAY = declared(
    Procedure(
        ASSESSMENTS,
        (
            step(
                "tell",
                "登记已告知结果",
                "Result was told",
                ("final",),
                "final",
                (*ASSESS, *VISIT),
                guards=(not_told_yet,),
                sets=told_today,
            ),
            step(
                "dispute",
                "提出异议",
                "Dispute",
                ("final",),
                "disputed",
                (*ASSESS, *VISIT),
                needs=("dispute",),
                guards=(still_holds,),
                sets=disputed_today,
            ),
        ),
        rests=frozenset({"final"}),
    )
)
