"""Scales: which ticks an axis shows, and which class of colour a value falls into."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = (1, 2, 5, 10)
CLASSES = 5
"""Five quantile classes are read more reliably than a continuous ramp."""


def ticks(low: int, high: int, wanted: int = 5) -> list[int]:
    """Round numbers from at or below `low` to at or above `high`, about `wanted` of them."""
    if high <= low:
        high = low + 1
    rough = (high - low) / max(wanted - 1, 1)
    power = 1
    while power * 10 <= rough:
        power *= 10
    step = next((factor * power for factor in STEPS if factor * power >= rough), 10 * power)
    first = low // step * step
    last = -(-high // step) * step
    return list(range(first, last + step, step))


@dataclass(frozen=True)
class Classes:
    """Upper limits of the colour classes, ascending; a value equal to a limit belongs below it."""

    limits: tuple[int, ...]

    def of(self, value: int) -> int:
        """The class of a value, 0 being the lowest."""
        return min(bisect_left(self.limits, value), len(self.limits) - 1)

    def spans(self) -> list[tuple[int | None, int]]:
        """Each class as (above this, up to this); the lowest begins at None."""
        return list(zip([None, *self.limits[:-1]], self.limits, strict=True))


def quantile_classes(values: Iterable[int], count: int = CLASSES) -> Classes:
    """Classes that hold about equally many places each; fewer where there are few different values."""
    ordered = sorted(values)
    if not ordered:
        return Classes((0,))
    limits = {ordered[-(-len(ordered) * step // count) - 1] for step in range(1, count + 1)}
    return Classes(tuple(sorted(limits)))


def place(value: float, domain: Sequence[float], span: Sequence[float]) -> float:
    """A value of a domain as a position in a span of pixels."""
    low, high = domain
    first, last = span
    return first + (value - low) * (last - first) / (high - low) if high != low else first
