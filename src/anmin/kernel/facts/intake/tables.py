"""Landed rows as columns: kept without names and identity numbers, and sorted into a snapshot."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.kernel.facts.intake.checking import Landed
from anmin.policy.facts import Fact, FactCatalogue
from anmin.policy.rules import Level
from anmin.policy.snapshots import PERSONS_IN_PART, SnapshotWriter


def blind(identity: str, key: bytes) -> str:
    """The keyed hash under which a person is known outside the register; `=hash` is one already."""
    if identity.startswith("="):
        return identity[1:]
    return hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()[:24]


def household_table(landed: Landed, facts: FactCatalogue) -> pa.Table:
    """Landed households, one column per fact of the catalogue; silence is null."""
    columns = {name: _texts(landed, name) for name in ("household", "division")}
    columns["settlement"] = _integers(landed, "settlement")
    for fact in _stated(facts, Level.HOUSEHOLD):
        columns[fact.name] = _integers(landed, fact.name)
    return pa.table(columns)


def person_table(landed: Landed, facts: FactCatalogue, key: bytes) -> pa.Table:
    """Landed persons under their blind key; name and identity number are not kept."""
    columns: dict[str, pa.Array] = {
        "household": _texts(landed, "household"),
        "person": pa.array([blind(row["identity"], key) for row in landed.rows], pa.string()),
    }
    for fact in _stated(facts, Level.PERSON):
        columns[fact.name] = _integers(landed, fact.name)
    return pa.table(columns)


def _stated(facts: FactCatalogue, level: Level) -> list[Fact]:
    """The facts that a file may state: months come from departments' batches alone."""
    return [fact for fact in facts.of(level) if not fact.monthly]


def _texts(landed: Landed, name: str) -> pa.Array:
    return pa.array([row[name] for row in landed.rows], pa.string())


def _integers(landed: Landed, name: str) -> pa.Array:
    return pa.array([row.get(name) for row in landed.rows], pa.int64())


def write_snapshot(
    folder: Path,
    households: pa.Table,
    persons: pa.Table,
    held: Mapping[str, str],
    *,
    on: str,
    facts: FactCatalogue,
) -> None:
    """Sort persons by household and write the snapshot in parts."""
    households = households.sort_by("household")
    order = pc.index_in(persons["household"], households["household"].combine_chunks())
    persons = persons.take(pc.sort_indices(order))
    sizes = np.bincount(order.to_numpy(), minlength=len(households)).astype(np.int32)
    reasons = pa.array([held.get(key) for key in households["household"].to_pylist()], pa.string())
    households = households.append_column("members", pa.array(sizes)).append_column("held", reasons)
    households = _typed(households, facts).set_column(
        households.column_names.index("division"), "division", households["division"].dictionary_encode()
    )
    persons = _typed(persons.drop_columns(["household"]), facts)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    with SnapshotWriter(folder, on=on, source="文件导入", replace=True) as writer:
        first = 0
        while first < len(sizes) or first == 0:
            last = max(int(np.searchsorted(ends, ends[first] + PERSONS_IN_PART, side="right")) - 1, first + 1)
            last = min(last, len(sizes))
            start, stop = int(ends[first]), int(ends[last])
            writer.write(
                households.slice(first, last - first).combine_chunks().unify_dictionaries(),
                persons.slice(start, stop - start).combine_chunks(),
            )
            first = last
            if first >= len(sizes):
                break


def _typed(table: pa.Table, facts: FactCatalogue) -> pa.Table:
    """Facts in the types of a snapshot; facts that no row states are left out, which is silence."""
    for name in list(table.column_names):
        if name in facts and table[name].null_count == len(table) and facts[name].default is not None:
            table = table.drop_columns([name])
    return table


def store(folder: Path, households: pa.Table, persons: pa.Table) -> None:
    """Keep landed rows for later corrections."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(households, folder / "households.parquet")
    pq.write_table(persons, folder / "persons.parquet")


def stored(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Landed rows of an earlier batch, silence left out."""
    return tuple(
        [
            {name: value for name, value in row.items() if value is not None}
            for row in pq.read_table(folder / f"{name}.parquet").to_pylist()
        ]
        for name in ("households", "persons")
    )  # type: ignore[return-value]
