"""The same rules give the same fen for one household, in the kernel, and in Spark."""

import numpy as np
import pyarrow as pa
import pytest

from anmin.policy.areas import Areas
from anmin.policy.citywide import screen
from anmin.policy.evaluate import evaluate
from anmin.policy.plan import make_plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from anmin.policy.spark import local_session, screen_on_spark, write_nested
from tests.policy.conftest import DAY
from tests.policy.populations import as_households, random_tables

DIVISIONS = ["371002001", "371002", "371003005", "371082"]


def written(folder, book, count, parts=2, form="parquet", seed=7):
    rng = np.random.default_rng(seed)
    tables = [random_tables(rng, book, count, DIVISIONS, part * count) for part in range(parts)]
    with SnapshotWriter(folder, on="2025-03-01", source="test", form=form) as writer:
        for households, persons in tables:
            writer.write(households, persons)
    return Snapshot.open(folder), tables


def values_of(results, kind):
    table = pa.concat_tables(list(results.tables(kind))).unify_dictionaries()
    keys = ["household"] if kind == "households" else ["household", "member"]
    return table.sort_by([(key, "ascending") for key in keys])


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_the_kernel_agrees_with_plain_calls_on_every_value(toy_book, kernel_cache, tmp_path, form):
    snapshot, tables = written(tmp_path / "snapshot", toy_book, 2_000, form=form)
    plan = make_plan(toy_book, DAY)

    results = screen(snapshot, plan, tmp_path / "results", cache=kernel_cache, dense=True)

    own, each = values_of(results, "households").to_pylist(), values_of(results, "persons").to_pylist()
    at = 0
    households = [home for pair in tables for home in as_households(toy_book, *pair)]
    for row, home in zip(own, households, strict=True):
        outcome = evaluate(plan, home, findings=False)
        for rule in plan.rules:
            if rule.level is Level.HOUSEHOLD:
                assert row[rule.name] == outcome.values[rule.name], (home.key, rule.name)
        for values in outcome.members:
            got = each[at]
            assert got == {
                **got,
                **{rule.name: values[rule.name] for rule in plan.rules if rule.level is Level.PERSON},
            }
            at += 1
    assert at == len(each)


def test_spark_agrees_with_the_kernel_on_every_row(toy_book, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "snapshot", toy_book, 3_000)
    plan = make_plan(toy_book, DAY)
    here = values_of(
        screen(snapshot, plan, tmp_path / "results", cache=kernel_cache, dense=True), "households"
    )
    areas = Areas.of(plan, [tuple(area) for area in snapshot.manifest["areas"]])
    session = local_session()

    try:
        frame = session.read.parquet(str(write_nested(snapshot, plan, tmp_path / "nested")))
        there = screen_on_spark(frame, plan, areas, kernel_cache).toArrow().sort_by("household")
    finally:
        session.stop()

    assert there["household"].to_pylist() == here["household"].to_pylist()
    for name in ("is_poor", "toy_amount", "toy_income", "toy_members", "toy_top"):
        assert there[name].to_pylist() == here[name].cast(pa.int64()).to_pylist(), name
    people = pa.concat_tables([Snapshot.open(snapshot.folder).person_table(n, ["person"]) for n in range(2)])
    assert sum(len(row) for row in there["toy_uplift"].to_pylist()) == len(people)


def test_the_ledger_holds_exactly_the_rows_that_are_not_zero(toy_book, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "snapshot", toy_book, 2_000)
    plan = make_plan(toy_book, DAY, ["toy_amount", "toy_share"])

    dense = values_of(
        screen(snapshot, plan, tmp_path / "dense", cache=kernel_cache, dense=True), "households"
    )
    ledger = values_of(screen(snapshot, plan, tmp_path / "ledger", cache=kernel_cache), "households")

    expected = [row["household"] for row in dense.to_pylist() if row["toy_amount"]]
    assert ledger["household"].to_pylist() == expected
    assert 0 < len(expected) < len(dense)
