"""Bars: one bar of a ranked list, the stacked bar of gains and losses, and the waterfall of a budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anmin.console.charts.scales import place, ticks
from anmin.console.charts.svg import Svg, element, line, picture, text

WHOLE = 1000
"""Width of a stretched bar; the page scales it to its column."""


def bar(value: int, top: int, *, class_: str = "") -> Svg:
    """One bar without words, stretched by the page to the width of its column. Negative values show their size."""
    share = 0 if top <= 0 else min(abs(value) * WHOLE // top, WHOLE)
    if value and not share:
        share = 2
    return element(
        "svg",
        element("rect", width=WHOLE, height=10, class_="bar-ground"),
        element("rect", width=share, height=10, class_=f"bar-value {class_}".strip()),
        viewBox=f"0 0 {WHOLE} 10",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
        focusable="false",
    )


def stacked(parts: Sequence[tuple[str, int]]) -> Svg:
    """Shares of a whole side by side: (class, count) in order; the counts add up to the full width."""
    total = sum(count for _, count in parts)
    drawn, x, seen = [], 0, 0
    for class_, count in parts:
        seen += count
        end = seen * WHOLE // total if total else 0
        if end > x:
            drawn.append(element("rect", x=x, width=end - x, height=10, class_=class_))
        x = end
    return element(
        "svg",
        *drawn,
        viewBox=f"0 0 {WHOLE} 10",
        preserveAspectRatio="none",
        class_="bar stacked",
        aria_hidden="true",
        focusable="false",
    )


@dataclass(frozen=True)
class Fall:
    """One column of a waterfall. A `whole` column stands on the ground; others hang on the one before."""

    name: str
    value: int
    whole: bool = False


def waterfall(
    falls: Sequence[Fall],
    *,
    label: str,
    shown: Callable[[int], str],
    cut_word: str,
    width: int = 720,
    height: int = 280,
) -> Svg:
    """Draw how one total becomes another. `shown` writes a value in the unit of the page, with its sign.

    Where the changes are too small to see beside the totals the axis begins above nought, and `cut_word` says so.
    """
    levels, running = [], 0
    for fall in falls:
        start = 0 if fall.whole else running
        running = fall.value if fall.whole else running + fall.value
        levels.append((start, running))
    if not levels:
        return Svg("")
    lowest, highest = min(min(pair) for pair in levels), max(max(pair) for pair in levels)
    floor = _floor(levels, falls) if lowest >= 0 else lowest
    marks = ticks(floor, highest, 4)
    top, bottom = 26, height - 30
    room = width / len(falls)

    def y(value: int) -> float:
        return place(max(value, marks[0]), (marks[0], marks[-1]), (bottom, top))

    drawn = []
    for number, (fall, (start, end)) in enumerate(zip(falls, levels, strict=True)):
        left = number * room + room * 0.16
        high, low = y(max(start, end)), y(min(start, end))
        kind = "whole" if fall.whole else "gain" if fall.value >= 0 else "loss"
        drawn.append(
            element(
                "rect", x=left, y=high, width=room * 0.68, height=max(low - high, 1.5), class_=f"fall {kind}"
            )
        )
        drawn.append(text(left + room * 0.34, high - 7, shown(fall.value), anchor="middle", class_="point"))
        drawn.append(text(left + room * 0.34, height - 10, fall.name, anchor="middle", class_="tick"))
        if number + 1 < len(falls):
            drawn.append(line(left + room * 0.68, y(end), left + room * 1.16 + room * 0.16, y(end), "joint"))
    drawn.append(line(0, bottom, width, bottom, "axis"))
    if marks[0] > 0:
        drawn.append(text(0, 12, cut_word, class_="cut"))
    return picture(*drawn, width=width, height=height, label=label, class_="waterfall")


def _floor(levels: Sequence[tuple[int, int]], falls: Sequence[Fall]) -> int:
    """Where the axis begins: at nought, unless the changes would then be too small to see."""
    highest = max(max(pair) for pair in levels)
    steps = [abs(fall.value) for fall in falls if not fall.whole]
    if not steps or max(steps) * 8 >= highest:
        return 0
    lowest = min(min(pair) if not fall.whole else pair[1] for pair, fall in zip(levels, falls, strict=True))
    return max(0, lowest - max(steps) * 2)
