"""Sums and counts of a run by division: what the outputs cost, and how many they reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from anmin.policy.plan import Plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import Part
from anmin.policy.types import Kind

Cell = tuple[int, int]


@dataclass(frozen=True)
class Budget:
    """For each division code and output: the sum, and how many households or persons have it.

    Sums of amounts are in fen. A coded output (a layer) is counted per code under `name=code`.
    """

    cells: Mapping[str, Mapping[str, Cell]]

    @classmethod
    def empty(cls, plan: Plan) -> Budget:
        """Nothing yet."""
        return cls({})

    @classmethod
    def of_part(
        cls, plan: Plan, part: Part, own: Mapping[str, np.ndarray], each: Mapping[str, np.ndarray]
    ) -> Budget:
        """The sums of one part."""
        codes = [str(code) for code in part.divisions.dictionary.to_pylist()]
        places = part.divisions.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)
        members = np.repeat(places, np.diff(part.starts)) if each else places
        kinds = {rule.name: (rule.kind, rule.level) for rule in plan.rules}
        width = len(codes) + 1
        cells: dict[str, dict[str, Cell]] = {code: {} for code in codes}
        for name, values in {**own, **each}.items():
            kind, level = kinds[name]
            where = places if level is Level.HOUSEHOLD else members
            if kind is Kind.CODE:
                for code in np.unique(values[values != 0]):
                    _add(
                        cells,
                        codes,
                        f"{name}={int(code)}",
                        np.bincount(where[values == code], minlength=width),
                        None,
                    )
                continue
            # Double sums of integers are exact below 2**53 fen, which is ninety trillion yuan.
            sums = np.bincount(where, weights=values, minlength=width)
            _add(cells, codes, name, np.bincount(where[values != 0], minlength=width), sums)
        _add(cells, codes, "households", np.bincount(places, minlength=width), None)
        sizes = np.bincount(places, weights=np.diff(part.starts), minlength=width)
        _add(cells, codes, "persons", sizes, None)
        return cls(cells)

    def __add__(self, other: Budget) -> Budget:
        return self._combined(other, 1)

    def __sub__(self, other: Budget) -> Budget:
        return self._combined(other, -1)

    def _combined(self, other: Budget, sign: int) -> Budget:
        cells = {code: dict(row) for code, row in self.cells.items()}
        for code, row in other.cells.items():
            mine = cells.setdefault(code, {})
            for name, (total, count) in row.items():
                old_total, old_count = mine.get(name, (0, 0))
                mine[name] = (old_total + sign * total, old_count + sign * count)
        return Budget(cells)

    def without_empty(self) -> Budget:
        """Without cells that came to nothing, as a full run has it."""
        kept = {
            code: {name: cell for name, cell in row.items() if cell != (0, 0)}
            for code, row in self.cells.items()
        }
        return Budget({code: row for code, row in kept.items() if row})

    def total(self, name: str, prefix: str = "") -> Cell:
        """Sum and count of an output over all divisions whose code begins so."""
        rows = [row[name] for code, row in self.cells.items() if code.startswith(prefix) and name in row]
        return sum(row[0] for row in rows), sum(row[1] for row in rows)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {code: {name: list(cell) for name, cell in row.items()} for code, row in self.cells.items()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Budget:
        """The inverse of `as_json`."""
        return cls(
            {code: {name: (cell[0], cell[1]) for name, cell in row.items()} for code, row in content.items()}
        )


def _add(
    cells: dict[str, dict[str, Cell]],
    codes: list[str],
    name: str,
    counts: np.ndarray,
    sums: np.ndarray | None,
) -> None:
    for number, code in enumerate(codes):
        if counts[number] or (sums is not None and sums[number]):
            cells[code][name] = (int(sums[number]) if sums is not None else 0, int(counts[number]))
