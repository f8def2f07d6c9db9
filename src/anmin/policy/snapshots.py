"""The population as columns: a folder of parts, persons sorted by household, ready for the kernel.

A part holds whole households (about 400,000 persons) and is the unit of threads, memory and Spark tasks:

    manifest.json
    households-00000.parquet   household, division, settlement, members, and the household facts
    persons-00000.parquet      person, and the person facts; the first household's members come first

Files are Parquet (small) or Arrow (memory-mapped, fast to pick single households from). A snapshot is never
changed; it appears whole or not at all, because it is written beside its place and then renamed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.policy.errors import PolicyError
from anmin.policy.facts import Fact
from anmin.policy.kernel import column_dtype
from anmin.policy.types import UNKNOWN, WINDOW

FORMAT = 1
PERSONS_IN_PART = 400_000
Form = Literal["parquet", "arrow"]
HOUSEHOLD_KEYS = ("household", "division", "settlement", "members")
HELD = "held"
"""A text column: why a household may not be calculated although it is there (a member's row is missing)."""


@dataclass(frozen=True)
class Snapshot:
    """An opened snapshot folder."""

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Open a snapshot.

        Raises:
            PolicyError: `snapshot_missing` or `snapshot_corrupt`.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        except FileNotFoundError as trouble:
            raise PolicyError(
                "snapshot_missing",
                what="没有找到人口快照",
                where=str(folder),
                todo="先导入数据：anmin import，或生成演示数据",
            ) from trouble
        except ValueError as trouble:
            raise PolicyError(
                "snapshot_corrupt",
                what="快照清单无法读取",
                where=f"{folder}/manifest.json",
                todo="重新生成快照",
            ) from trouble
        return cls(folder, manifest)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.manifest["parts"])

    @property
    def persons(self) -> int:
        """Persons in all parts."""
        return sum(part["persons"] for part in self.manifest["parts"])

    @property
    def households(self) -> int:
        """Households in all parts."""
        return sum(part["households"] for part in self.manifest["parts"])

    def household_table(self, number: int, columns: list[str] | None = None) -> pa.Table:
        """The households of a part."""
        return _read(self.folder / f"households-{number:05d}.{self.manifest['form']}", columns)

    def person_table(self, number: int, columns: list[str] | None = None) -> pa.Table:
        """The persons of a part, in the order of its households."""
        return _read(self.folder / f"persons-{number:05d}.{self.manifest['form']}", columns)

    def part(self, number: int, facts: list[Fact]) -> Part:
        """One part as the kernel takes it, with only the facts a plan needs."""
        from_households = [fact for fact in facts if fact.level.value == "household"]
        from_persons = [fact for fact in facts if fact.level.value == "person"]
        households = self.household_table(
            number, [*HOUSEHOLD_KEYS, *self._present(from_households, "household")]
        )
        persons = self.person_table(number, self._present(from_persons, "person"))
        expected = self.manifest["parts"][number]["persons"]
        return make_part(households, persons, expected, from_households, from_persons)

    def _present(self, facts: list[Fact], level: str) -> list[str]:
        have = set(self.manifest["facts"][level])
        missing = [fact for fact in facts if fact.name not in have and fact.silence is None]
        if missing:
            raise PolicyError(
                "fact_missing",
                what=f"快照里没有事实“{missing[0].title}”（{missing[0].name}）",
                where=str(self.folder),
                todo=f"向{missing[0].source}取得该数据后重新生成快照",
            )
        return [fact.name for fact in facts if fact.name in have]


@dataclass
class Part:
    """A part in memory. `broken` maps the position of a household to the reason it cannot be calculated."""

    keys: pa.Array
    divisions: pa.DictionaryArray
    settlements: np.ndarray
    starts: np.ndarray
    columns: dict[str, np.ndarray]
    broken: dict[int, str] = field(default_factory=dict)

    @property
    def households(self) -> int:
        """Households in the part."""
        return len(self.settlements)

    @property
    def persons(self) -> int:
        """Persons in the part."""
        return int(self.starts[-1])


def make_part(
    households: pa.Table,
    persons: pa.Table,
    person_count: int,
    household_facts: list[Fact],
    person_facts: list[Fact],
) -> Part:
    """Columns as the kernel takes them. No null reaches it: silence becomes the default or breaks the household."""
    members = _numbers(households["members"], np.int64, 0)
    starts = np.zeros(len(members) + 1, dtype=np.int64)
    np.cumsum(np.maximum(members, 0), out=starts[1:])
    if starts[-1] != person_count or (persons.num_columns and len(persons) != person_count):
        raise PolicyError(
            "snapshot_corrupt",
            what=f"家庭表写明共 {int(starts[-1])} 人，人员表有 {len(persons) if persons.num_columns else person_count} 人",
            where="快照的一个分片",
            todo="重新生成快照",
        )
    divisions = households["division"].combine_chunks()
    if not pa.types.is_dictionary(divisions.type):
        divisions = pc.dictionary_encode(divisions)
    part = Part(
        keys=households["household"],
        divisions=divisions,
        settlements=_numbers(households["settlement"], np.int8, 0),
        starts=starts,
        columns={},
    )
    for fact in household_facts:
        values, null = _fact_column(households, fact, len(members))
        part.columns[fact.name] = values
        for position in null:
            part.broken.setdefault(int(position), f"缺少“{fact.title}”")
    for fact in person_facts:
        values, null = _fact_column(persons, fact, person_count)
        part.columns[fact.name] = values
        for position in np.unique(np.searchsorted(starts, null, side="right") - 1) if len(null) else ():
            part.broken.setdefault(int(position), f"有成员缺少“{fact.title}”")
    if HELD in households.column_names:
        for position in np.flatnonzero(households[HELD].is_valid().to_numpy()):
            part.broken.setdefault(int(position), households[HELD][int(position)].as_py())
    for position in np.flatnonzero(members <= 0):
        part.broken.setdefault(int(position), "户内没有成员")
    return part


def _fact_column(table: pa.Table, fact: Fact, length: int) -> tuple[np.ndarray, np.ndarray]:
    if fact.monthly:
        return _months_column(table, fact, length), np.empty(0, dtype=np.int64)
    if fact.name not in table.column_names:
        assert fact.default is not None
        return np.full(length, fact.default, dtype=column_dtype(fact)), np.empty(0, dtype=np.int64)
    column = table[fact.name]
    null = np.empty(0, dtype=np.int64)
    if column.null_count and fact.default is None:
        null = np.flatnonzero(column.is_null().to_numpy())
    return _numbers(column, column_dtype(fact), fact.default or 0), null


def _months_column(table: pa.Table, fact: Fact, length: int) -> np.ndarray:
    """Twelve months a row; a row or a month that nobody told about is unknown."""
    dtype = column_dtype(fact)
    if fact.name not in table.column_names:
        return np.full((length, WINDOW), UNKNOWN, dtype=dtype)
    column = table[fact.name].combine_chunks()
    values = column.flatten()
    if values.null_count:
        values = values.fill_null(UNKNOWN)
    months = values.to_numpy(zero_copy_only=False).reshape(-1, WINDOW)
    if not column.null_count:
        return np.ascontiguousarray(months, dtype=dtype)
    spread = np.full((length, WINDOW), UNKNOWN, dtype=dtype)
    spread[column.is_valid().to_numpy(zero_copy_only=False)] = months
    return spread


def _numbers(column: pa.ChunkedArray, dtype: Any, silence: int) -> np.ndarray:
    """A column as one contiguous array, without a copy where it already is one of this type."""
    if column.null_count:
        column = column.fill_null(silence)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    array = column.chunk(0).to_numpy() if column.num_chunks == 1 else column.to_numpy()
    return np.ascontiguousarray(array, dtype=dtype)


class SnapshotWriter:
    """Writes a snapshot part by part; a context manager that leaves nothing behind when it fails."""

    def __init__(
        self, folder: Path, *, on: str, source: str, form: Form = "parquet", replace: bool = False
    ) -> None:
        if folder.exists() and not replace:
            raise PolicyError(
                "snapshot_exists",
                what="同名快照已经存在",
                where=str(folder),
                todo="换一个名字，快照不会被改写",
            )
        self.folder, self.form = folder, form
        self.temporary = folder.with_name(folder.name + ".writing")
        self.manifest: dict[str, Any] = {
            "format": FORMAT,
            "on": on,
            "source": source,
            "form": form,
            "facts": {"household": [], "person": []},
            "parts": [],
            "areas": [],
        }
        self._areas: set[tuple[str, int]] = set()

    def __enter__(self) -> SnapshotWriter:
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)
            return
        self.manifest["areas"] = sorted(self._areas)
        write_json(self.temporary / "manifest.json", self.manifest)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.temporary.rename(self.folder)

    def write(self, households: pa.Table, persons: pa.Table) -> None:
        """Add one part. `persons` are in the order of `households`, whose `members` say how many belong to each."""
        number = len(self.manifest["parts"])
        names = {
            "household": [name for name in households.column_names if name not in HOUSEHOLD_KEYS],
            "person": [name for name in persons.column_names if name != "person"],
        }
        if number and names != self.manifest["facts"]:
            raise ValueError("all parts of a snapshot have the same columns")
        self.manifest["facts"] = names
        _write(self.temporary / f"households-{number:05d}.{self.form}", households)
        _write(self.temporary / f"persons-{number:05d}.{self.form}", persons)
        self.manifest["parts"].append({"households": len(households), "persons": len(persons)})
        self._note_areas(households)

    def adopt(self, other: Snapshot, part: int) -> None:
        """Take a part of another snapshot over as it is: the same files under a second name, nothing copied.

        Both have the same columns and the same form; whoever adopts has made sure of that.
        """
        number = len(self.manifest["parts"])
        for kind in ("households", "persons"):
            os.link(
                other.folder / f"{kind}-{part:05d}.{other.manifest['form']}",
                self.temporary / f"{kind}-{number:05d}.{self.form}",
            )
        self.manifest["facts"] = other.manifest["facts"]
        self.manifest["parts"].append(dict(other.manifest["parts"][part]))
        self._note_areas(other.household_table(part, ["division", "settlement"]))

    def _note_areas(self, households: pa.Table) -> None:
        pairs = (
            households.select(["division", "settlement"]).group_by(["division", "settlement"]).aggregate([])
        )
        self._areas |= {
            (str(row["division"]), int(row["settlement"]))
            for row in pairs.to_pylist()
            if row["division"] is not None and row["settlement"] is not None
        }


def nested_batches(snapshot: Snapshot, facts: list[Fact]) -> Iterator[pa.Table]:
    """Each part as one row per household with a list of member structs: the form that Spark reads."""
    names = [fact.name for fact in facts if fact.level.value == "person"]
    own = [fact.name for fact in facts if fact.level.value == "household"]
    have = {level: set(listed) for level, listed in snapshot.manifest["facts"].items()}
    for number in range(snapshot.parts):
        households = snapshot.household_table(
            number, [*HOUSEHOLD_KEYS, *[name for name in own if name in have["household"]]]
        )
        persons = snapshot.person_table(
            number, ["person", *[name for name in names if name in have["person"]]]
        )
        counts = _numbers(households["members"], np.int64, 0)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        struct = pa.StructArray.from_arrays(
            [_listed(column) for column in persons.columns], names=persons.column_names
        )
        lists = pa.ListArray.from_arrays(pa.array(offsets), struct)
        households = pa.table(
            [_listed(column) for column in households.columns], names=households.column_names
        )
        yield households.append_column("roster", lists)


def _listed(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece, months as a list of any length, since Spark knows no other."""
    whole = column.combine_chunks()
    if pa.types.is_fixed_size_list(whole.type):
        kind = whole.type.value_type
        whole = whole.cast(pa.list_(pa.int32() if pa.types.is_int8(kind) else kind))
    return whole


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file whole: beside its place, then renamed."""
    temporary = path.with_name(path.name + ".writing")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    temporary.replace(path)


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path, columns=columns, use_threads=False, memory_map=True, partitioning=None)
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        return table.select(columns) if columns is not None else table
    except FileNotFoundError as trouble:
        raise PolicyError(
            "snapshot_corrupt", what="快照缺少文件", where=str(path), todo="重新生成快照"
        ) from trouble
    except (pa.ArrowInvalid, OSError, KeyError) as trouble:
        raise PolicyError(
            "snapshot_corrupt",
            what=f"快照文件已损坏或缺列：{trouble}",
            where=str(path),
            todo="删除该快照并重新生成；以前的结果不受影响",
        ) from trouble


def _write(path: Path, table: pa.Table) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path, compression="zstd", compression_level=1)
        return
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
