"""The same kernel inside Spark: household rows with their members, through `mapInArrow`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anmin.policy.areas import Areas
from anmin.policy.citywide import fresh_folder
from anmin.policy.kernel import Kernel, build_kernel, rate_cube
from anmin.policy.plan import Plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import Part, Snapshot, make_part, nested_batches

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROSTER = "roster"


def local_session(cores: int = 2, memory: str = "2g") -> SparkSession:
    """A Spark session on this machine whose workers use this interpreter and this code.

    Workers take `python3` from PATH unless told otherwise, and then miss pyarrow.
    """
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return (
        SparkSession.builder.master(f"local[{cores}]")
        .appName("anmin")
        .config("spark.driver.memory", memory)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "Asia/Shanghai")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "200000")
        .getOrCreate()
    )


def write_nested(snapshot: Snapshot, plan: Plan, folder: Path) -> Path:
    """Write a snapshot in the form that Spark reads: one row per household with its roster."""
    with fresh_folder(folder) as temporary:
        for number, table in enumerate(nested_batches(snapshot, list(plan.facts))):
            pq.write_table(
                plain_divisions(table), temporary / f"part-{number:05d}.parquet", compression="zstd"
            )
    return folder


def screen_on_spark(frame: DataFrame, plan: Plan, areas: Areas, cache: Path) -> DataFrame:
    """Screen a frame of household rows; one result row per household, member outputs as arrays.

    A household is one row and so is never split across partitions. The rules travel by reference: the workers
    import the same modules, and compile or load the same kernel from `cache`.
    """
    build_kernel(plan, cache)

    def work(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        kernel = build_kernel(plan, cache)
        for batch in batches:
            if batch.num_rows:
                yield _screened(batch, kernel, areas)

    return frame.mapInArrow(work, schema=_schema(plan, frame))


def _screened(batch: pa.RecordBatch, kernel: Kernel, areas: Areas) -> pa.RecordBatch:
    table = pa.Table.from_batches([batch])
    part = nested_part(table, kernel.plan)
    out = kernel.outputs(part.persons, part.households)
    kernel.run(part.starts, areas.of_part(part), part.columns, rate_cube(kernel.plan, areas.rows), out)
    offsets = pa.array(part.starts.astype(np.int32))
    levels = {rule.name: rule.level for rule in kernel.plan.rules}
    columns: dict[str, pa.Array] = {"household": batch.column("household")}
    for name in kernel.layout.outputs:
        values = pa.array(out[name].astype(np.int64))
        columns[name] = (
            values if levels[name] is Level.HOUSEHOLD else pa.ListArray.from_arrays(offsets, values)
        )
    return pa.RecordBatch.from_pydict(columns)


def nested_part(table: pa.Table, plan: Plan) -> Part:
    """Household rows with rosters as the kernel takes them."""
    rosters = table[ROSTER].combine_chunks()
    if isinstance(rosters, pa.ChunkedArray):
        rosters = rosters.chunk(0)
    members = rosters.flatten()
    persons = pa.Table.from_arrays(members.flatten(), names=[field.name for field in members.type])
    households = table.drop_columns([ROSTER])
    return make_part(
        households, persons, len(persons), plan.facts_of(Level.HOUSEHOLD), plan.facts_of(Level.PERSON)
    )


def _schema(plan: Plan, frame: DataFrame) -> str:
    levels = {rule.name: (rule.level, rule.kind) for rule in plan.rules}
    key = dict(frame.dtypes)["household"]
    columns = [f"household {key}"]
    for name in plan.outputs:
        if name in levels:
            columns.append(f"{name} {'bigint' if levels[name][0] is Level.HOUSEHOLD else 'array<bigint>'}")
    return ", ".join(columns)


def plain_divisions(table: pa.Table) -> pa.Table:
    """Spark has no unsigned bytes and no dictionaries: divisions become text, small codes become int."""
    fields = []
    for field in table.schema:
        kind = field.type
        if pa.types.is_dictionary(kind):
            kind = pa.string()
        elif kind == pa.uint8() or kind == pa.int8():
            kind = pa.int32()
        elif pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
            inner = [
                pa.field(part.name, pa.int32() if part.type == pa.uint8() else part.type)
                for part in kind.value_type
            ]
            kind = pa.list_(pa.struct(inner))
        fields.append(pa.field(field.name, kind))
    return table.cast(pa.schema(fields))
