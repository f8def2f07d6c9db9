"""A rate through time: a value holds from its first day to its last, so the line goes in steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from anmin.console.charts.scales import place, ticks
from anmin.console.charts.svg import Svg, element, line, picture, text


@dataclass(frozen=True)
class Step:
    """One value from a day on. `last_day` None means that it still holds on the last day drawn."""

    first_day: date
    last_day: date | None
    value: int
    verified: bool = True


@dataclass(frozen=True)
class Series:
    """One line: its name, its place in the order of colours, and its steps in order of time."""

    name: str
    steps: Sequence[Step]


def step_chart(
    series: Sequence[Series],
    *,
    until: date,
    label: str,
    shown: Callable[[int], str],
    width: int = 720,
    height: int = 260,
    on: date | None = None,
) -> Svg:
    """Draw series to the day `until`. Unverified stretches are dashed; `on` marks the day of the calculation.

    `shown` writes a value of the axis in the unit of the page.
    """
    steps = [step for one in series for step in one.steps]
    if not steps:
        return Svg("")
    first = min(step.first_day for step in steps)
    last = max([until, *(step.first_day for step in steps)])
    marks = ticks(min(0, *(step.value for step in steps)), max(step.value for step in steps), 4)
    left = 8 + 7 * max(len(shown(mark)) for mark in marks)
    right, top, bottom = width - 16, 22, height - 28

    def x(day: date) -> float:
        return place(day.toordinal(), (first.toordinal(), last.toordinal() + 1), (left, right))

    def y(value: int) -> float:
        return place(value, (marks[0], marks[-1]), (bottom, top))

    drawn: list[Svg] = []
    for mark in marks:
        drawn.append(line(left, y(mark), right, y(mark), "grid"))
        drawn.append(text(left - 6, y(mark) + 4, shown(mark), anchor="end", class_="tick"))
    drawn += [
        text(x(date(year, 1, 1)), height - 8, str(year), anchor="middle", class_="tick")
        for year in _years(first, last, width)
    ]
    for number, one in enumerate(series):
        drawn += _series(one, number, last, x, y, shown, width)
    if on is not None and first <= on <= last:
        drawn.append(line(x(on), top - 6, x(on), bottom, "today"))
    return picture(*drawn, width=width, height=height, label=label, class_="steps")


def _series(
    one: Series,
    number: int,
    last: date,
    x: Callable[[date], float],
    y: Callable[[int], float],
    shown: Callable[[int], str],
    width: int,
) -> list[Svg]:
    drawn: list[Svg] = []
    previous: Step | None = None
    free = -1e9
    for step in one.steps:
        end = min(step.last_day or last, last) + timedelta(1)
        joined = previous is not None and previous.last_day == step.first_day - timedelta(1)
        if joined and previous is not None:
            drawn.append(
                line(
                    x(step.first_day),
                    y(previous.value),
                    x(step.first_day),
                    y(step.value),
                    f"series series-{number}",
                )
            )
        dashed = "" if step.verified else " unverified"
        level = y(step.value)
        drawn.append(line(x(step.first_day), level, x(end), level, f"series series-{number}{dashed}"))
        if x(step.first_day) - free > 0 and (previous is None or step.value != previous.value):
            drawn.append(
                text(x(step.first_day) + 2, level - 6, shown(step.value), class_=f"point point-{number}")
            )
            free = x(step.first_day) + 8 * len(shown(step.value)) + 4
        previous = step
    if drawn and previous is not None:
        drawn.append(
            element(
                "circle", cx=x(previous.first_day), cy=y(previous.value), r=3, class_=f"dot series-{number}"
            )
        )
    return drawn


def _years(first: date, last: date, width: int) -> list[int]:
    years = [year for year in range(first.year, last.year + 1) if first <= date(year, 1, 1) <= last]
    apart = -(-len(years) * 56 // width) if years else 1
    return years[:: max(apart, 1)]
