"""The whole rulebook on random households: plain calls, the kernel and Spark give the same fen."""

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.areas import Areas
from anmin.policy.citywide import screen
from anmin.policy.evaluate import evaluate
from anmin.policy.plan import make_plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from anmin.policy.spark import local_session, screen_on_spark, write_nested
from tests.policy.populations import as_households, random_tables
from tests.policy.test_one_source_three_executions import values_of

DIVISIONS = ["371002001", "371082", "350203005", "460105", "610602", "610681"]
DAYS = [date(2024, 6, 1), date(2024, 12, 31), date(2025, 6, 1), date(2026, 12, 31)]


def snapshot_of(folder, count, parts, seed):
    rng = np.random.default_rng(seed)
    tables = [random_tables(rng, rulebook(), count, DIVISIONS, part * count) for part in range(parts)]
    with SnapshotWriter(folder, on="2026-11-01", source="test") as writer:
        for households, persons in tables:
            writer.write(households, persons)
    return Snapshot.open(folder), [home for pair in tables for home in as_households(rulebook(), *pair)]


def compare(plan, results, homes):
    """Every value of every rule, of households and of persons; returns how many values were compared."""
    own = values_of(results, "households")
    each = values_of(results, "persons")
    outcomes = [evaluate(plan, home, findings=False) for home in homes]
    for rule in plan.rules:
        if rule.level is Level.HOUSEHOLD:
            expected = [outcome.values[rule.name] for outcome in outcomes]
            assert own[rule.name].to_pylist() == expected, rule.name
        else:
            expected = [values[rule.name] for outcome in outcomes for values in outcome.members]
            assert each[rule.name].to_pylist() == expected, rule.name
    return len(own) * len(plan.rules)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_kernel_agrees_with_plain_calls(day, kernel_cache, tmp_path):
    snapshot, homes = snapshot_of(tmp_path / "s", 1_000, 2, seed=day.toordinal())
    plan = make_plan(rulebook(), day)

    results = screen(snapshot, plan, tmp_path / "r", cache=kernel_cache, dense=True)

    assert compare(plan, results, homes) >= 2_000 * 70
    layers = set(values_of(results, "households")["layer"].to_pylist())
    assert len(layers) >= 3


@pytest.mark.full
def test_a_hundred_thousand_households_agree_in_all_three_executions(kernel_cache, tmp_path):
    snapshot, homes = snapshot_of(tmp_path / "s", 25_000, 4, seed=20261124)
    plan = make_plan(rulebook(), date(2026, 11, 1))
    results = screen(snapshot, plan, tmp_path / "r", cache=kernel_cache, dense=True)
    areas = Areas.of(plan, [tuple(area) for area in snapshot.manifest["areas"]])
    session = local_session()

    try:
        frame = session.read.parquet(str(write_nested(snapshot, plan, tmp_path / "nested")))
        there = screen_on_spark(frame, plan, areas, kernel_cache).toArrow().sort_by("household")
    finally:
        session.stop()

    assert compare(plan, results, homes) >= 100_000 * 70
    here = values_of(results, "households")
    people = values_of(results, "persons")
    assert there["household"].to_pylist() == here["household"].to_pylist()
    for rule in plan.rules:
        if rule.level is Level.HOUSEHOLD:
            assert there[rule.name].to_pylist() == here[rule.name].cast(pa.int64()).to_pylist(), rule.name
        else:
            flat = [value for row in there[rule.name].to_pylist() for value in row]
            assert flat == people[rule.name].cast(pa.int64()).to_pylist(), rule.name


def test_the_layers_exclude_one_another_and_amounts_follow_them(kernel_cache, tmp_path):
    snapshot, _ = snapshot_of(tmp_path / "s", 4_000, 1, seed=3)
    plan = make_plan(rulebook(), date(2026, 11, 1))
    rows = values_of(
        screen(snapshot, plan, tmp_path / "r", cache=kernel_cache, dense=True), "households"
    ).to_pylist()

    for row in rows:
        held = [
            name
            for name in ("dibao_eligible", "dibao_expenditure_eligible", "is_edge", "is_rigid")
            if row[name]
        ]
        assert len(held) <= 1, row["household"]
        assert row["dibao_amount"] == 0 or row["dibao_eligible"]
        assert row["household_aid_month"] >= row["dibao_amount"] >= 0
        assert row["fade_out_amount"] == 0 or not row["dibao_eligible"]


def test_more_income_never_brings_more_dibao():
    plan = make_plan(rulebook(), date(2024, 6, 1), ["dibao_amount", "members"])
    rng = np.random.default_rng(5)
    homes = as_households(rulebook(), *random_tables(rng, rulebook(), 300, DIVISIONS))

    for home in homes:
        richer = [{**member, "wage_year": member["wage_year"] + 120_000} for member in home.members]
        before = evaluate(plan, home, findings=False).values
        after = evaluate(plan, replace(home, members=richer), findings=False).values
        # A wage can end tekun, and then the person counts as a member again.
        assert after["dibao_amount"] <= before["dibao_amount"] or after["members"] > before["members"]
