"""Steps of elder care as the kernel's procedures know them: several guards, what is reckoned, and ends on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Step

Guard = Callable[[Mapping[str, Any], Any, Reader, date], Iterable[Trouble]]
"""Looks at what the step was given, the entry, the reader and the day; gives what is in the way."""
Setting = Callable[[Any, Reader, date], dict[str, Any]]
"""What the step writes beside what it was given: computed sums, days, levels."""


def step(
    key: str,
    title: str,
    english: str,
    sources: tuple[str, ...],
    target: str,
    powers: tuple[str, ...],
    *,
    needs: tuple[str, ...] = (),
    asks: tuple[str, ...] = (),
    guards: tuple[Guard, ...] = (),
    sets: Setting | None = None,
    other_than: tuple[str, ...] = (),
    reason: bool = False,
    ends: bool = False,
) -> Step:
    """One step: `needs` must be given, `asks` may be; every guard speaks; a step that `ends` gives the last day."""

    def obstacles(row: Any, values: Mapping[str, Any], by: Reader, on: date) -> list[Trouble]:
        return [one for guard in guards for one in guard(values, row, by, on)]

    def does(row: Any, by: Reader, on: date) -> dict[str, Any]:
        found = sets(row, by, on) if sets is not None else {}
        return {**found, "last_day": max(on, row.first_day)} if ends else found

    return Step(
        key,
        title,
        english,
        sources,
        target,
        powers,
        asks=(*needs, *asks),
        needs=needs,
        needs_reason=reason,
        other_than=other_than,
        obstacles=obstacles,
        does=does,
    )
