"""Months out of batches (逐月事实): each month of the window from the batch of that month, unknown where none came.

A source that lists everybody whom it has something to say of (`lists_all`) has told "nothing" about all others once its
batch of a month is here. Of any other source, whoever is not listed stays unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from anmin.policy.arrivals import month_names
from anmin.policy.types import UNKNOWN, WINDOW, Kind

MONTH_TYPES = {Kind.BOOL: pa.int8(), Kind.INT: pa.int32()}
"""How values of a month are kept; money, and all else, as 64 bits."""
SQL_TYPES = {Kind.BOOL: "TINYINT", Kind.INT: "INTEGER"}


@dataclass(frozen=True)
class Told:
    """What came of one month (or of the one period of a source without months): its name, files, batches, and when."""

    period: str
    files: tuple[Path, ...] = ()
    batches: tuple[int, ...] = ()
    known_on: date | None = None

    @property
    def arrival(self) -> dict[str, str]:
        """As the manifest of a snapshot lists it."""
        return {
            "month": self.period,
            "division": "",
            "batch": ",".join(str(one) for one in self.batches),
            "known_on": self.known_on.isoformat() if self.known_on else "",
        }


def window_of(on: date) -> list[str]:
    """The names of the twelve months of a snapshot of a day, the month of the day last."""
    return month_names(on)


def load_months(con: Any, table: str, said: str, months: Sequence[Told], columns: Sequence[str]) -> None:
    """Make a table of places with twelve columns for each value: what was told of each month, null where nothing was.

    `said` is the query that yields the newest word about each person out of files.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    parts, given = [], []
    for at, month in enumerate(months):
        if month.files:
            files = [str(path) for path in month.files]
            parts.append(
                f"SELECT base.place, {at} AS month_at, {names} FROM base JOIN ({said}) AS said"
                " ON said.person = base.person AND said.nth = 1"
            )
            given += [files, files]
    values = ", ".join(
        f'max("{name}") FILTER (WHERE month_at = {at}) AS "{name}__{at}"'
        for name in columns
        for at in range(WINDOW)
    )
    con.execute(
        f"CREATE TEMP TABLE {table} AS SELECT place, {values} FROM ({' UNION ALL '.join(parts)}) GROUP BY place",
        given,
    )


def list_of(table: str, column: str, months: Sequence[Told], lists_all: bool, kind: Kind) -> str:
    """The expression of one fact's twelve values: what was told, else nothing or unknown."""
    each, written = [], SQL_TYPES.get(kind, "BIGINT")
    for at, month in enumerate(months):
        silence = 0 if lists_all and month.files else UNKNOWN
        each.append(f'coalesce({table}."{column}__{at}", {silence})::{written}')
    return f"array_value({', '.join(each)})"


def as_months(column: pa.ChunkedArray, kind: Kind) -> pa.Array:
    """A column of twelve values a row in the type of its kind."""
    whole = column.combine_chunks()
    values = whole.flatten().cast(MONTH_TYPES.get(kind, pa.int64()))
    return pa.FixedSizeListArray.from_arrays(values, WINDOW)


def of_household(column: pa.ChunkedArray, starts: np.ndarray, kind: Kind) -> pa.Array:
    """The months of households out of their members': what was told is added up, a month nobody was told of is unknown."""
    rows = column.combine_chunks().flatten().to_numpy().reshape(-1, WINDOW)
    is_told = rows != UNKNOWN
    over = np.maximum if kind is Kind.BOOL else np.add
    sums = over.reduceat(np.where(is_told, rows, 0), starts, axis=0)
    told = np.logical_or.reduceat(is_told, starts, axis=0)
    months = np.where(told, sums, UNKNOWN)
    values = pa.array(np.ascontiguousarray(months).ravel()).cast(MONTH_TYPES.get(kind, pa.int64()))
    return pa.FixedSizeListArray.from_arrays(values, WINDOW)


def moved_months(before: Mapping[str, Any], now: Sequence[Told], lists_all: bool) -> list[int] | None:
    """Which months of a feed differ from an earlier snapshot's note; None where everybody may differ.

    A month that was not told and now is changes everybody whom a list of all leaves out.
    """
    differing = []
    for at, month in enumerate(now):
        was, is_now = before["months"][at], [path.name for path in month.files]
        if [Path(one).name for one in was] == is_now:
            continue
        if bool(was) != bool(is_now) and (lists_all or not is_now):
            return None
        differing.append(at)
    return differing
