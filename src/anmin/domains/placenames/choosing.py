"""Choosing names for a list (评选): votes or scores of a panel, a quota, ties by evidence, then by date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

TRIMMED = 5
"""From so many experts on, the highest and the lowest score are left out."""


@dataclass(frozen=True)
class Candidate:
    """One nominee: votes for it, scores from 0 to 100, the score of its evidence, and the day it was nominated."""

    key: str
    nominated: date
    evidence: int
    votes: int = 0
    scores: tuple[int, ...] = ()


def mean_score(scores: Sequence[int]) -> Fraction:
    """The mean as an exact fraction; with five experts or more without the highest and the lowest."""
    kept = sorted(scores)[1:-1] if len(scores) >= TRIMMED else sorted(scores)
    return Fraction(sum(kept), len(kept)) if kept else Fraction(0)


def by_votes(candidates: Sequence[Candidate], *, panel: int, places: int) -> list[str]:
    """Those with the votes of more than half of the panel, the most votes first, within the quota."""
    passed = [one for one in candidates if one.votes * 2 > panel]
    return [one.key for one in sorted(passed, key=lambda one: (-one.votes, *_tie(one)))[:places]]


def by_scores(candidates: Sequence[Candidate], *, least: int, places: int) -> list[str]:
    """Those whose mean reaches the least score, the best first, within the quota."""
    passed = [one for one in candidates if mean_score(one.scores) >= least]
    return [one.key for one in sorted(passed, key=lambda one: (-mean_score(one.scores), *_tie(one)))[:places]]


def _tie(one: Candidate) -> tuple[int, date, str]:
    return (-one.evidence, one.nominated, one.key)
