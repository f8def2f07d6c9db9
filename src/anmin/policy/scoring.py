"""From hits to what a person looks at: one cause counts once, several add up to a risk, closed ones keep quiet a while.

Pure functions over tables and small values; the kernel's alerts store what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anmin.lib.calendar import add_months
from anmin.policy.alerts import FINDINGS, Hit
from anmin.policy.codes import Colour, Direction

NEEDS = (Direction.NEED, Direction.MORE, Direction.SAFETY)
"""Directions that make a household's risk; what may end a benefit, and what is wrong with data, is no need."""
Bands = Callable[[str], Sequence[tuple[int, int]]]
"""The bands of a division: rows of (score from, colour)."""


def findings(hits: pa.Table, bands: Bands) -> pa.Table:
    """Households with a hit, by number, with score, colour, causes and rules (see `FINDINGS`).

    `hits` has the columns of `HITS` and beside them `identity`, `identity_weight` and `means`, the same in all rows of a household.
    """
    if not len(hits):
        return FINDINGS.empty_table()
    needs = pc.is_in(hits["direction"], pa.array([int(one) for one in NEEDS], hits["direction"].type))
    counted = pc.if_else(needs, hits["weight"], 0)
    table = hits.select(
        ["household", "division", "as_of", "identity", "identity_weight", "means", "cause", "rule", "colour"]
    )
    table = table.append_column("counted", counted).append_column("needs", needs)
    table = table.sort_by([("household", "ascending"), ("cause", "ascending"), ("rule", "ascending")])
    causes = table.group_by(["household", "cause"], use_threads=False).aggregate([("counted", "max")])
    sums = causes.group_by("household", use_threads=False).aggregate(
        [("counted_max", "sum"), ("cause", "list")]
    )
    keys = ["household", "division", "as_of", "identity", "identity_weight", "means"]
    rows = table.group_by(keys, use_threads=False).aggregate([("colour", "max"), ("needs", "max")])
    rules = (
        table.select(["household", "rule"])
        .group_by(["household", "rule"], use_threads=False)
        .aggregate([])
        .sort_by([("household", "ascending"), ("rule", "ascending")])
        .group_by("household", use_threads=False)
        .aggregate([("rule", "list")])
    )
    rows, sums, rules = (one.sort_by("household").combine_chunks() for one in (rows, sums, rules))
    assert len(rows) == len(sums) == len(rules), "a household has one place, one day and one identity"
    identity = pc.if_else(rows["needs_max"], rows["identity_weight"], 0)
    score = pc.add(sums["counted_max_sum"], identity).combine_chunks().to_numpy()
    colour = np.maximum(banded(score, rows["division"], bands), rows["colour_max"].to_numpy())
    return pa.table(
        {
            "household": rows["household"],
            "division": rows["division"],
            "as_of": rows["as_of"],
            "identity": rows["identity"],
            "score": pa.array(score, pa.int32()),
            "colour": pa.array(colour, pa.uint8()),
            "means": rows["means"],
            "causes": sums["cause_list"],
            "rules": rules["rule_list"],
        }
    ).cast(FINDINGS)


def in_order(found: pa.Table) -> pa.Table:
    """Findings in the order in which someone should look: the higher score, then the smaller means, then the number."""
    return found.sort_by([("score", "descending"), ("means", "ascending"), ("household", "ascending")])


def banded(score: np.ndarray, divisions: pa.ChunkedArray, bands: Bands) -> np.ndarray:
    """The colour of each score by the bands of its division."""
    places = divisions.combine_chunks().dictionary_encode()
    result = np.zeros(len(score), dtype=np.uint8)
    index = places.indices.to_numpy()
    for number, place in enumerate(places.dictionary.to_pylist()):
        here = np.flatnonzero(index == number) if len(places.dictionary) > 1 else np.arange(len(score))
        for least, colour in sorted(bands(place)):
            result[here[score[here] >= least]] = colour
    return result


@dataclass(frozen=True)
class Merged:
    """Hits of one cause in one household, as one thing to look at: the heaviest leads, the others stand with it."""

    household: str
    cause: str
    leading: Hit
    others: tuple[Hit, ...]

    @property
    def weight(self) -> int:
        """What the cause adds to the risk: the heaviest of its hits, once."""
        return self.leading.weight

    @property
    def colour(self) -> Colour:
        """The gravest colour among them."""
        return max(hit.colour for hit in (self.leading, *self.others))


def merged(hits: Iterable[Hit]) -> list[Merged]:
    """Hits merged by household and cause (同因合并); the leading hit is the heaviest, then the lowest rule."""
    groups: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.household, hit.cause), []).append(hit)
    result = []
    for (household, cause), row in sorted(groups.items()):
        first, *rest = sorted(row, key=lambda hit: (-hit.weight, hit.rule, hit.person))
        result.append(Merged(household, cause, first, tuple(rest)))
    return result


def score(causes: Iterable[Merged], identity_weight: int) -> int:
    """The risk of one household: the weight of each cause that points to need, and of what it already is."""
    needs = [one.weight for one in causes if one.leading.direction in NEEDS]
    return sum(needs) + (identity_weight if needs else 0)


def colour_of(points: int, bands: Sequence[tuple[int, int]]) -> Colour:
    """The colour of a score."""
    found = Colour.NONE
    for least, colour in sorted(bands):
        if points >= least:
            found = Colour.of(colour)
    return found


@dataclass(frozen=True)
class Seen:
    """What is known of one identity of hits: first and last seen, and how and when it was closed, if it was.

    `quiet` says that it was closed because there was no difficulty, which is what cools down; other ways of closing do not.
    """

    first_hit: date
    last_hit: date
    closed_on: date | None = None
    quiet: bool = False
    reopened: int = 0


def after_hit(before: Seen | None, hit: Hit, cooling_months: int) -> tuple[Seen, bool]:
    """What is known after another hit, and whether someone must look now.

    New or still open: an open alert is not raised twice. Closed as no difficulty: silent for the cooling months after
    that, then reopened with its first hit kept. Closed otherwise (aided, told to apply): silent until the rule has been
    silent too, that is until the hit is of a later month than the closing.
    """
    if before is None:
        return Seen(hit.as_of, hit.as_of), True
    now = replace(before, last_hit=max(before.last_hit, hit.as_of))
    if before.closed_on is None:
        return now, False
    quiet_until = add_months(before.closed_on, cooling_months) if before.quiet else before.closed_on
    if hit.as_of <= quiet_until:
        return now, False
    return replace(now, closed_on=None, quiet=False, reopened=before.reopened + 1), True
