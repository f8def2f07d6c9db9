"""Repeated measurements: sides in turn, round by round, so that a busy machine disturbs them all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Series:
    """The times of one side in seconds, in the order of the rounds."""

    name: str
    seconds: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        """The best round."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.seconds)


def interleaved(
    sides: Mapping[str, Callable[[], float]],
    rounds: int,
    warm: int = 1,
    settle: Callable[[], None] = lambda: None,
) -> dict[str, Series]:
    """Run every side once a round, each round beginning with the next side, so that none is always the first.

    A side measures itself and returns seconds; warm-up rounds are not kept.
    `settle` is called before each round.
    """
    series = {name: Series(name) for name in sides}
    for number in range(warm + rounds):
        settle()
        names = list(sides)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            seconds = sides[name]()
            if number >= warm:
                series[name].seconds.append(seconds)
    return series


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """A side that does this work and returns how long it took."""

    def side() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return side
