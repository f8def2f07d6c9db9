"""An elder in special difficulty from the first word to the visits: surveyed, active, paused, refused by signature."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from anmin.domains.elderly.powers import VISIT
from anmin.domains.elderly.registers.difficulty import DIFFICULTIES
from anmin.domains.elderly.steps import step
from anmin.domains.elderly.visits.targets import begin, has_a_door, pause, refuse
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Procedure, declared

ELDER = 60


def is_an_elder(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Sixty or older, and alive (老年人权益保障法 §2)."""
    born, died = row.person.birth_day, row.person.died_on
    if born is not None and (on.year - born.year - ((on.month, on.day) < (born.month, born.day))) < ELDER:
        yield Trouble("", "young", "不满 60 周岁，不属于老年人。")
    if died is not None:
        yield Trouble("", "died", f"登记显示已于 {died} 去世。")


def surveyed(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of the survey."""
    return {"surveyed_on": on}


def signed_by_today(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """A signature has a day that has come."""
    if values["refused_on"] > on:
        yield Trouble("refused_on", "day", "签字日期不能晚于今天。")


DIFFICULTY_WAY = declared(
    Procedure(
        DIFFICULTIES,
        (
            step(
                "survey",
                "摸排核实",
                "Survey",
                ("candidate",),
                "surveyed",
                VISIT,
                guards=(is_an_elder,),
                sets=surveyed,
            ),
            step(
                "activate",
                "同意，纳入探访",
                "Agreed: begin visits",
                ("surveyed", "suspended", "refused"),
                "active",
                VISIT,
                guards=(is_an_elder, has_a_door),
                sets=begin,
            ),
            step(
                "suspend",
                "暂停（住院、外出）",
                "Pause",
                ("active",),
                "suspended",
                VISIT,
                sets=pause,
                reason=True,
            ),
            step(
                "refuse",
                "签字不接受探访",
                "Refused by signature",
                ("surveyed", "active", "suspended"),
                "refused",
                VISIT,
                needs=("refused_on",),
                guards=(signed_by_today,),
                sets=refuse,
                reason=True,
            ),
        ),
        rests=frozenset({"suspended", "refused"}),
    )
)
