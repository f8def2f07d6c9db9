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


@dataclass(frozen=True)
class Scale:
    """How a place weighs: bands of the score (from, colour), points for each further rule that agrees, points off for each
    standard of income a head above the first, and how many standards count at most."""

    bands: Sequence[tuple[int, int]]
    agreeing: int
    means: int
    most: int


Scales = Callable[[str], Scale]
"""The scale of a division."""


def findings(hits: pa.Table, scales: Scales) -> pa.Table:
    """Households with a hit, by number, with score, colour, causes and rules (see `FINDINGS`).

    `hits` has the columns of `HITS` and beside them `identity`, `identity_weight` and `means`, the same in all rows of a household.
    """
    if not len(hits):
        return FINDINGS.empty_table()
    needs = pc.is_in(hits["direction"], pa.array([int(one) for one in NEEDS], hits["direction"].type))
    counted = pc.if_else(needs, hits["weight"], 0)
    table = hits.append_column("counted", counted).append_column("needs", needs)
    keys = ["household", "division", "as_of", "identity", "identity_weight", "means"]
    rows = table.group_by(keys).aggregate([("colour", "max"), ("needs", "max")]).sort_by("household")
    causes = table.group_by(["household", "cause"]).aggregate([("counted", "max")])
    causes = causes.sort_by([("household", "ascending"), ("cause", "ascending")])
    rules = table.group_by(["household", "rule"]).aggregate([])
    rules = rules.sort_by([("household", "ascending"), ("rule", "ascending")])
    starts = _starts(causes["household"])
    assert len(rows) == len(starts) - 1, "a household has one place, one day and one identity"
    sums = np.add.reduceat(causes["counted_max"].to_numpy(), starts[:-1])
    identity = pc.if_else(rows["needs_max"], rows["identity_weight"], 0).to_numpy()
    points = (sums + identity).astype(np.int32)
    agreeing = _agreeing(table, rows)
    banded, priority = _weighed(points, agreeing, rows, scales)
    colour = np.maximum(banded, rows["colour_max"].to_numpy())
    return pa.table(
        {
            "household": rows["household"],
            "division": rows["division"],
            "as_of": rows["as_of"],
            "identity": rows["identity"],
            "score": pa.array(points, pa.int32()),
            "colour": pa.array(colour, pa.uint8()),
            "means": rows["means"],
            "priority": pa.array(priority, pa.int32()),
            "causes": _listed(causes, "cause", starts),
            "rules": _listed(rules, "rule", _starts(rules["household"])),
        }
    ).cast(FINDINGS)


def _starts(keys: pa.ChunkedArray) -> np.ndarray:
    """Where each run of equal keys begins, and at last where the last one ends."""
    whole = keys.combine_chunks()
    same = pc.equal(whole[1:], whole[:-1]).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.flatnonzero(~same) + 1, [len(whole)]]).astype(np.int32)


def _listed(table: pa.Table, column: str, starts: np.ndarray) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(starts), table[column].combine_chunks())


def in_order(found: pa.Table) -> pa.Table:
    """Findings in the order in which someone should look: by priority, then the smaller means, then the number."""
    return found.sort_by([("priority", "descending"), ("means", "ascending"), ("household", "ascending")])


def _agreeing(table: pa.Table, rows: pa.Table) -> np.ndarray:
    """How many different rules that point to need hold for each household."""
    needs = table.filter(table["needs"]).group_by(["household", "rule"]).aggregate([])
    counts = needs.group_by("household").aggregate([("rule", "count")])
    at = pc.index_in(rows["household"], counts["household"].combine_chunks())
    return pc.fill_null(counts["rule_count"].take(at), 0).to_numpy()


def _weighed(
    points: np.ndarray, agreeing: np.ndarray, rows: pa.Table, scales: Scales
) -> tuple[np.ndarray, np.ndarray]:
    """The colour and the priority of each household by the scale of its division."""
    places = rows["division"].combine_chunks().dictionary_encode()
    index, means = places.indices.to_numpy(), rows["means"].to_numpy()
    colour, priority = np.zeros(len(points), dtype=np.uint8), np.zeros(len(points), dtype=np.int32)
    order = np.argsort(index, kind="stable")
    ends = np.cumsum(np.bincount(index, minlength=len(places.dictionary)))
    for place, first, end in zip(places.dictionary.to_pylist(), [0, *ends[:-1]], ends, strict=True):
        here, scale = order[first:end], scales(place)
        for least, code in sorted(scale.bands):
            colour[here[points[here] >= least]] = code
        over = np.clip(means[here] - 10_000, 0, scale.most * 10_000)
        more = scale.agreeing * np.maximum(agreeing[here] - 1, 0)
        priority[here] = points[here] + more - scale.means * over // 10_000
    return colour, priority


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
