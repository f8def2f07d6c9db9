"""Monitoring over random households: hits are what single calls say, whole, in part, and in Spark; silence is no answer."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.alerts import hits_of, hits_table
from anmin.policy.evaluate import evaluate
from anmin.policy.rewatching import rewatch, watch_on_spark, write_nested_watch
from anmin.policy.scoring import colour_of, merged, score
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from anmin.policy.spark import local_session
from anmin.policy.types import UNKNOWN, WINDOW
from anmin.policy.watching import Watch, watch_city
from tests.policy.populations import as_households, random_tables

DAY = date(2026, 10, 31)
DIVISIONS = ["371002001", "371082", "350203005", "610602"]


def written(folder, count=1_500, parts=2, seed=11, change=None):
    rng = np.random.default_rng(seed)
    tables = [random_tables(rng, rulebook(), count, DIVISIONS, part * count) for part in range(parts)]
    if change is not None:
        tables = [change(*pair) for pair in tables]
    with SnapshotWriter(folder, on=DAY.isoformat(), source="test") as writer:
        for households, persons in tables:
            writer.write(households, persons)
    return Snapshot.open(folder), tables


@pytest.fixture(scope="module")
def watch():
    return Watch.of(rulebook(), DAY)


def test_hits_are_exactly_what_single_calls_say(watch, kernel_cache, tmp_path):
    snapshot, tables = written(tmp_path / "s", count=700)

    found = watch_city(snapshot, watch, tmp_path / "w", cache=kernel_cache)

    expected = set()
    for households, persons in tables:
        names = iter(persons["person"].to_pylist())
        for home in as_households(rulebook(), households, persons):
            outcome = evaluate(watch.plan, home, findings=False)
            people = [next(names) for _ in home.members]
            for alert in watch.alerts:
                if alert.unit == "household" and outcome.values[alert.rule]:
                    expected.add((alert.key, home.key, ""))
                if alert.unit == "person":
                    for name, values in zip(people, outcome.members, strict=True):
                        if values[alert.rule]:
                            expected.add((alert.key, home.key, name))
    assert {hit.identity for hit in hits_of(found.hits)} == expected
    assert len(found.hits) == len(expected)
    silent = {alert.key for alert in watch.alerts} - {rule for rule, _, _ in expected}
    assert silent <= {"assistance/M27", "assistance/M40", "assistance/M51", "assistance/M52"}


def test_findings_are_the_merged_causes_of_each_household(watch, kernel_cache, tmp_path):
    snapshot, tables = written(tmp_path / "s", count=400)

    found = watch_city(snapshot, watch, tmp_path / "w", cache=kernel_cache)

    homes = {home.key: home for pair in tables for home in as_households(rulebook(), *pair)}
    by_home = {}
    for hit in hits_of(found.hits):
        by_home.setdefault(hit.household, []).append(hit)
    rows = found.findings.to_pylist()
    assert [row["household"] for row in rows] == sorted(by_home)
    for row in rows:
        causes = merged(by_home[row["household"]])
        weight = evaluate(watch.plan, homes[row["household"]], findings=False).values["identity_weight"]
        points = score(causes, weight)
        gravest = max(one.colour for one in causes)
        assert row["score"] == points
        assert row["colour"] == max(gravest, colour_of(points, watch.scale(row["division"]).bands))
        assert row["causes"] == [one.cause for one in causes]


def test_every_hit_says_what_it_saw_and_survives_its_table(watch, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "s", count=300)

    found = watch_city(snapshot, watch, tmp_path / "w", cache=kernel_cache)

    hits = list(hits_of(found.hits))
    assert hits_table(hits).equals(found.hits.cast(hits_table([]).schema))
    evidence = {alert.key: {fact.name for fact in watch.evidence[alert.key]} for alert in watch.alerts}
    for hit in hits:
        assert hit.values, hit.rule
        assert {value.fact for value in hit.values} <= evidence[hit.rule]
        assert all(value.source for value in hit.values)
        assert all(value.period for value in hit.values if rulebook().facts[value.fact].monthly)


def test_only_changed_households_give_the_same_as_everybody(watch, kernel_cache, tmp_path):
    before, tables = written(tmp_path / "before")
    changed = [key for key in tables[0][0]["household"].to_pylist() if key.endswith("7")]

    def change(households, persons):
        chosen = np.isin(households["household"].to_numpy(), changed)
        members = np.repeat(chosen, households["members"].to_numpy())
        months = np.array(persons["inpatient_top"].combine_chunks().flatten()).reshape(-1, WINDOW)
        months[members, -1] = 1_500_000
        column = pa.FixedSizeListArray.from_arrays(pa.array(months.ravel()), WINDOW)
        return households, persons.set_column(
            persons.column_names.index("inpatient_top"), "inpatient_top", column
        )

    after, _ = written(tmp_path / "after", change=change)
    base = watch_city(before, watch, tmp_path / "base", cache=kernel_cache)

    laid = rewatch(after, base, watch, changed, cache=kernel_cache)

    whole = watch_city(after, watch, tmp_path / "whole", cache=kernel_cache)
    assert len(changed) < 200
    assert laid.hits.equals(whole.hits)
    assert laid.findings.equals(whole.findings)
    assert laid.manifest["rules"] == whole.manifest["rules"]
    assert laid.manifest["rules"]["assistance/M02"] > base.manifest["rules"]["assistance/M02"]


def test_another_day_of_the_month_brings_along_those_whom_time_alone_changes(watch, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "s", count=800)
    earlier = Watch.of(rulebook(), date(2026, 10, 2))
    base = watch_city(snapshot, earlier, tmp_path / "base", cache=kernel_cache)

    laid = rewatch(snapshot, base, watch, [], cache=kernel_cache)

    whole = watch_city(snapshot, watch, tmp_path / "whole", cache=kernel_cache)
    assert {hit.identity for hit in hits_of(laid.hits)} == {hit.identity for hit in hits_of(whole.hits)}
    assert {hit.identity for hit in hits_of(laid.hits)} != {
        hit.identity
        for hit in hits_of(watch_city(snapshot, earlier, tmp_path / "old", cache=kernel_cache).hits)
    }


def test_spark_yields_the_same_hits_and_findings(watch, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "s", count=600)
    here = watch_city(snapshot, watch, tmp_path / "w", cache=kernel_cache)
    session = local_session()

    try:
        frame = session.read.parquet(str(write_nested_watch(snapshot, watch, tmp_path / "nested")))
        hits, found = watch_on_spark(frame, snapshot, watch, kernel_cache)
    finally:
        session.stop()

    assert hits.to_pylist() == here.hits.to_pylist()
    assert found.to_pylist() == here.findings.to_pylist()


def monthly_sources():
    return sorted({fact.source for fact in rulebook().facts.values() if fact.monthly})


@pytest.fixture(scope="module")
def with_every_source(watch, kernel_cache, tmp_path_factory):
    """What is found where every source has told, once for all those that fall silent."""
    folder = tmp_path_factory.mktemp("told")
    snapshot, _ = written(folder / "s", count=500)
    return watch_city(snapshot, watch, folder / "w", cache=kernel_cache)


@pytest.mark.parametrize("source", monthly_sources())
def test_a_source_that_is_silent_raises_nothing_and_is_reported(
    source, watch, with_every_source, kernel_cache, tmp_path
):
    lost = [fact for fact in rulebook().facts.values() if fact.monthly and fact.source == source]

    def silenced(households, persons):
        for fact in lost:
            table = persons if fact.level.value == "person" else households
            column = pa.FixedSizeListArray.from_arrays(
                pa.array(np.full(len(table) * WINDOW, UNKNOWN, dtype=np.int64)), WINDOW
            )
            table = table.set_column(table.column_names.index(fact.name), fact.name, column)
            households, persons = (
                (households, table) if table.num_rows == persons.num_rows else (table, persons)
            )
        return households, persons

    mute, _ = written(tmp_path / "mute", count=500, change=silenced)

    without = watch_city(mute, watch, tmp_path / "b", cache=kernel_cache, late={fact.name for fact in lost})

    resting = {a.key for a in watch.alerts if set(lost) & set(watch.evidence[a.key])}
    assert resting
    new = {hit.identity for hit in hits_of(without.hits)} - {
        hit.identity for hit in hits_of(with_every_source.hits)
    }
    assert new == set()
    for key in resting:
        assert without.manifest["unknown"][key][source] == 1_000
    assert all(source not in row for key, row in without.manifest["unknown"].items() if key not in resting)
