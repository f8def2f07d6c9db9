"""What a source's newest batches say about some persons: the only way from the lake back to single people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.facts.batches.queries import in_force
from anmin.kernel.facts.lake.places import lake_home
from anmin.kernel.facts.sources.catalogue import Source
from anmin.policy.errors import PolicyError


@dataclass(frozen=True)
class SaidRow:
    """One row about one person: a print of the name as it was sent, and values by the names of the source's columns."""

    name: bytes
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """What a source said: the day its data are true for, period, batches (the newest last), rows by blind key."""

    true_on: date
    period: str
    batches: tuple[int, ...]
    rows: Mapping[bytes, list[SaidRow]]


def said_by(source: Source, blinds: Collection[bytes], on: date) -> Said | None:
    """The newest word of a source up to a day about the persons of some blind keys; None where no batch has come.

    A correction replaces everything that its batch said about the person.

    Raises:
        PolicyError: `lake`, when a file of the lake is missing or broken.
    """
    held = in_force(source.key, on)
    if not held:
        return None
    wanted = pa.array(sorted(bytes(one) for one in blinds), pa.binary(16))
    rows: dict[bytes, list[SaidRow]] = {}
    for batch in held:
        found: dict[bytes, list[SaidRow]] = {}
        for row in _about(lake_home() / batch.path, wanted):
            values = {column.name: row.get(column.name) for column in source.values}
            found.setdefault(row["person"], []).append(SaidRow(row["name"], values))
        rows |= found
    return Said(held[0].true_on, held[0].period, tuple(batch.pk for batch in held), rows)


def said_between(
    source: Source, column: str, low: int, high: int, batches: Iterable[SourceBatch]
) -> dict[bytes, tuple[int, date]]:
    """Whom batches name with a value from `low` to `high` in a column, by blind key: the value, and the day of the word.

    Batches are taken in their order; the last word about somebody counts, and a correction also by what it no longer
    says.

    Raises:
        PolicyError: `lake`, when a file of the lake is missing or broken.
    """
    if column not in {one.name for one in source.values}:
        raise ValueError(f"{source.key} has no column {column}")
    found: dict[bytes, tuple[int, date]] = {}
    for batch in batches:
        inside = (pc.field(column) >= low) & (pc.field(column) <= high)
        table = _read(
            lake_home() / batch.path, None if batch.corrects_id is not None else inside, ["person", column]
        )
        for person, value in zip(
            table.column("person").to_pylist(), table.column(column).to_pylist(), strict=True
        ):
            if value is not None and low <= value <= high:
                found[person] = (value, batch.true_on)
            else:
                found.pop(person, None)
    return found


def flagged(source: Source, on: date) -> dict[str, set[bytes]]:
    """Of whom the newest list of a source says yes, by flag column and blind key; a column that nobody filled in is not there.

    Raises:
        PolicyError: `lake`, when a file of the lake is missing or broken.
    """
    said: dict[str, dict[bytes, bool]] = {}
    for batch in in_force(source.key, on):
        table = _read(lake_home() / batch.path, None)
        people = table["person"].to_pylist()
        for name in (one.name for one in source.columns if one.form == "flag"):
            values = table[name].to_pylist() if name in table.column_names else ()
            told = {key: bool(yes) for key, yes in zip(people, values, strict=False) if yes is not None}
            if told:
                said.setdefault(name, {}).update(told)
    return {name: {key for key, yes in row.items() if yes} for name, row in said.items()}


def _about(path: Path, wanted: pa.Array) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _read(path, pc.field("person").isin(wanted)).sort_by("line").to_pylist()
    return found


def _read(path: Path, wanted: pc.Expression | None, columns: list[str] | None = None) -> pa.Table:
    try:
        return pq.read_table(path, columns=columns, filters=wanted)
    except (OSError, pa.ArrowInvalid) as trouble:
        raise PolicyError(
            "lake",
            what=f"数据湖里的文件读不出来：{path.name}",
            todo="运行 anmin verify 查明损坏的文件，重新接收那一批",
        ) from trouble
