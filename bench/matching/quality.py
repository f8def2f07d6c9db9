"""How good proposals are: precision, recall, and what is left to clerks, also for groups of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from anmin.kernel.people.matching.engine import Matching
from bench.matching.city import Cities


@dataclass(frozen=True)
class Quality:
    """Counts over left rows: proposed and right, proposed and wrong, true pairs that were not proposed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of the proposed pairs, how many are true."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Of the true pairs, how many are proposed."""
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / max(2 * self.right + self.wrong + self.missed, 1)


def best_of(found: Matching, *, safe: bool, least: float = 0.5) -> dict[str, str]:
    """For each left row its first proposal: only the safe ones, or also those at least so probable."""
    best: dict[str, str] = {}
    names = ("left_key", "right_key", "verdict", "step", "probability")
    for left, right, verdict, step, probability in zip(
        *(found.pairs[name].to_pylist() for name in names), strict=True
    ):
        if verdict == "safe" or (not safe and step != "differs" and (probability or 1.0) >= least):
            best.setdefault(left, right)
    return best


def quality(truth: Iterable[str], best: dict[str, str], mask: np.ndarray | None = None) -> Quality:
    """Compare with the truth, one right key ('' for nobody) for each left row L0, L1, …"""
    right = wrong = missed = 0
    for row, true in enumerate(truth):
        if mask is not None and not mask[row]:
            continue
        given = best.get(f"L{row}", "")
        right += bool(given) and given == true
        wrong += bool(given) and given != true
        missed += bool(true) and given != true
    return Quality(right, wrong, missed)


def after_clerks(cities: Cities, found: Matching) -> dict[str, str]:
    """What stands when clerks decide every proposal in doubt rightly."""
    best = best_of(found, safe=True)
    names = ("left_key", "right_key")
    for left, right in zip(*(found.pairs[name].to_pylist() for name in names), strict=True):
        if left not in best and cities.truth[int(left[1:])] == right:
            best[left] = right
    return best


def reviewed(found: Matching) -> int:
    """How many left rows a clerk has to look at."""
    verdicts: dict[str, set[str]] = {}
    for left, verdict in zip(
        found.pairs["left_key"].to_pylist(), found.pairs["verdict"].to_pylist(), strict=True
    ):
        verdicts.setdefault(left, set()).add(verdict)
    return sum("safe" not in one for one in verdicts.values())
