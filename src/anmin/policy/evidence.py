"""The values behind hits, gathered for a whole part at once: what the rule saw, of which month, from which batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from anmin.policy.alerts import VALUES
from anmin.policy.arrivals import Arrivals, month_names
from anmin.policy.facts import Fact
from anmin.policy.rules import Level
from anmin.policy.snapshots import Part
from anmin.policy.types import UNKNOWN, WINDOW, Kind

NO_MONTH = -1
LATELY = 3
"""Months in which a sum is shown first; where they hold nothing, the highest of all twelve is."""


@dataclass(frozen=True)
class Found:
    """Rows of evidence: to which hit they belong, member, value, and the place of the month in the window."""

    hits: np.ndarray
    members: np.ndarray
    values: np.ndarray
    months: np.ndarray
    fact: Fact


def evidence(part: Part, facts: Sequence[Fact], homes: np.ndarray, persons: np.ndarray | None) -> list[Found]:
    """What each fact said for each hit; `homes` are positions of households, `persons` of persons or None.

    Of a monthly sum the highest month is shown, of any other monthly fact the newest that was told. A hit about a
    household shows a person's fact for those members of whom something was said.
    """
    rows = []
    hits = np.arange(len(homes))
    for fact in facts:
        column = part.columns[fact.name]
        if fact.level is Level.HOUSEHOLD:
            values, months = _one_of(fact, column[homes])
            rows.append(Found(hits, np.full(len(homes), -1), values, months, fact))
        elif persons is not None:
            values, months = _one_of(fact, column[persons])
            rows.append(Found(hits, persons - part.starts[homes], values, months, fact))
        else:
            rows.append(_of_members(part, fact, column, homes))
    return rows


def _of_members(part: Part, fact: Fact, column: np.ndarray, homes: np.ndarray) -> Found:
    sizes = part.starts[homes + 1] - part.starts[homes]
    owner = np.repeat(np.arange(len(homes)), sizes)
    members = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    values, months = _one_of(fact, column[part.starts[homes][owner] + members])
    said = (
        values != (fact.default or 0)
        if not fact.monthly
        else (values >= 0) & ((values > 0) | (fact.kind is Kind.BOOL))
    )
    return Found(owner[said], members[said], values[said], months[said], fact)


def _one_of(fact: Fact, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One value of each row and the place of its month."""
    if not fact.monthly:
        return rows.astype(np.int64), np.full(len(rows), NO_MONTH)
    told = rows != UNKNOWN
    newest = np.where(told.any(axis=1), WINDOW - 1 - np.argmax(told[:, ::-1], axis=1), WINDOW - 1)
    if fact.kind is Kind.FEN:
        top = WINDOW - 1 - np.argmax(rows[:, ::-1], axis=1)
        late = WINDOW - 1 - np.argmax(rows[:, : WINDOW - 1 - LATELY : -1], axis=1)
        at = np.where(rows[np.arange(len(rows)), late] > 0, late, top)
        at = np.where(rows[np.arange(len(rows)), at] > 0, at, newest)
    else:
        at = newest
    return rows[np.arange(len(rows)), at].astype(np.int64), at


def as_values(
    count: int, found: Sequence[Found], divisions: Sequence[str], arrivals: Arrivals, on: date
) -> pa.Array:
    """The evidence of `count` hits as a column of lists; `divisions` is the place of each hit."""
    names = month_names(on)
    if not found:
        return pa.array([[]] * count, VALUES)
    hits = np.concatenate([row.hits for row in found])
    order = np.argsort(hits, kind="stable")
    facts = np.repeat(np.arange(len(found)), [len(row.hits) for row in found])[order]
    months = np.concatenate([row.months for row in found])[order]
    hits = hits[order]
    places, place_of = np.unique(np.asarray(divisions, dtype=object), return_inverse=True)
    keys = (facts * (WINDOW + 1) + months + 1) * len(places) + place_of[hits]
    unique, inverse = np.unique(keys, return_inverse=True)
    told: list[tuple[str, str, date | None]] = []
    for key in unique.tolist():
        rest, place = divmod(key, len(places))
        at, month = divmod(rest, WINDOW + 1)
        fact = found[at].fact
        name = names[month - 1] if month else ""
        arrival = arrivals.find(fact, name, places[place])
        period = name or (arrival.month if arrival else "")
        told.append((period, arrival.batch if arrival else "", arrival.known_on if arrival else None))
    struct = pa.StructArray.from_arrays(
        [
            pa.array([row.fact.name for row in found]).take(pa.array(facts)),
            pa.array(np.concatenate([row.members for row in found])[order].astype(np.int32)),
            pa.array(np.concatenate([row.values for row in found])[order]),
            pa.array([row.fact.source for row in found]).take(pa.array(facts)),
            pa.array([row[0] for row in told], pa.string()).take(pa.array(inverse)),
            pa.array([row[1] for row in told], pa.string()).take(pa.array(inverse)),
            pa.array([row[2] for row in told], pa.date32()).take(pa.array(inverse)),
        ],
        fields=list(VALUES.value_type),
    )
    offsets = np.concatenate([[0], np.cumsum(np.bincount(hits, minlength=count))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), struct).cast(VALUES)
