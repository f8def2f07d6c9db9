"""Which row of the rate cube a household reads: its division, as fine as any rate is, and urban or rural."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anmin.lib.divisions import ancestors
from anmin.policy.plan import Plan
from anmin.policy.snapshots import Part

COUNTY_DIGITS = 6
UNKNOWN = -1
"""The row of a household whose division is not known: it is reported and not calculated."""


@dataclass(frozen=True)
class Areas:
    """The areas of a run: (rate division, settlement) pairs, and the row of each division of the snapshot."""

    rows: tuple[tuple[str, int], ...]
    by_division: dict[tuple[str, int], int]

    @classmethod
    def of(cls, plan: Plan, pairs: Sequence[tuple[str, int]], *, by_county: bool = False) -> Areas:
        """Areas for the (division, settlement) pairs of a snapshot.

        `by_county` keeps counties apart even where they share all rates, for sums by county.

        A division that the code system does not know gets no row. Divisions are taken up to the finest level
        at which any rate of the plan is set, so that a village costs no row of its own.
        """
        wanted = {rate.name for rate in plan.rates}
        keyed = {division for name, division in plan.rulebook.rates.entries if name in wanted}
        rows: dict[tuple[str, int], int] = {}
        found: dict[tuple[str, int], int] = {}
        for division, settlement in pairs:
            place = _rate_place(division, keyed)
            if by_county and place is not None and len(place) <= COUNTY_DIGITS:
                place = division[:COUNTY_DIGITS]
            if place is not None:
                found[division, settlement] = rows.setdefault((place, settlement), len(rows))
        return cls(tuple(rows), found)

    def of_part(self, part: Part) -> np.ndarray:
        """The rate row of each household; broken households and unknown divisions get -1 and a reason."""
        codes = [str(code) for code in part.divisions.dictionary.to_pylist()]
        table = np.full((len(codes) + 1, 2), UNKNOWN, dtype=np.int32)
        for number, code in enumerate(codes):
            for settlement in (0, 1):
                table[number, settlement] = self.by_division.get((code, settlement), UNKNOWN)
        indices = part.divisions.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
        settlements = np.clip(part.settlements, 0, 1)
        result = table[indices, settlements]
        for position in np.flatnonzero(result == UNKNOWN):
            code = part.divisions[int(position)].as_py()
            part.broken.setdefault(int(position), f"行政区划“{code}”不存在" if code else "没有行政区划")
        for position in np.flatnonzero((part.settlements < 0) | (part.settlements > 1)):
            part.broken.setdefault(int(position), f"城乡类别 {int(part.settlements[position])} 无效")
        if part.broken:
            result[np.fromiter(part.broken, dtype=np.int64)] = UNKNOWN
        return np.ascontiguousarray(result)


def _rate_place(division: str, keyed: set[str]) -> str | None:
    try:
        line = ancestors(division)
    except ValueError:
        return None
    return next((place for place in line if place in keyed), line[-1])
