"""Runs over a population: broken households, simulations, incremental runs, and what survives a failure."""

import errno
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anmin.policy import PolicyError
from anmin.policy.citywide import Results, screen
from anmin.policy.incremental import rescreen
from anmin.policy.kernel import build_kernel
from anmin.policy.plan import make_plan
from anmin.policy.simulate import Change, Scenario, changed_rulebook, cliffs, income_curve, simulate
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from tests.policy.conftest import DAY
from tests.policy.populations import as_households, random_tables
from tests.policy.test_one_source_three_executions import DIVISIONS, values_of, written

NAMES = ["toy_amount", "is_poor", "toy_share"]


def test_a_broken_household_is_reported_with_its_key_and_stops_nobody_else(toy_book, kernel_cache, tmp_path):
    rng = np.random.default_rng(1)
    households, persons = random_tables(rng, toy_book, 400, DIVISIONS)
    divisions = households["division"].to_pylist()
    divisions[3], divisions[5] = "99x", None
    households = households.set_column(1, "division", pa.array(divisions).dictionary_encode())
    births = persons["birth_day"].to_pylist()
    births[0] = None
    persons = persons.set_column(1, "birth_day", pa.array(births, pa.int32()))
    with SnapshotWriter(tmp_path / "s", on="2025-03-01", source="test") as writer:
        writer.write(households, persons)

    results = screen(
        Snapshot.open(tmp_path / "s"),
        make_plan(toy_book, DAY, [*NAMES, "toy_age"]),
        tmp_path / "r",
        cache=kernel_cache,
        dense=True,
    )

    reasons = {row["household"]: row["reason"] for row in results.broken().to_pylist()}
    assert set(reasons) == {"H00000000", "H00000003", "H00000005"}
    assert "出生日期" in reasons["H00000000"]
    assert "99x" in reasons["H00000003"]
    rows = {row["household"]: row for row in values_of(results, "households").to_pylist()}
    assert len(rows) == 400
    assert rows["H00000003"]["toy_amount"] == 0


def test_twenty_scenarios_in_one_pass_equal_twenty_runs(toy_book, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "s", toy_book, 1_000)
    scenarios = [Scenario("现行")] + [
        Scenario(f"{percent:+}%", (Change("toy_standard", "371000", percent=str(percent)),))
        for percent in (-5, 3, 10)
    ]

    found = simulate(
        snapshot, toy_book, scenarios, on=DAY, measure="toy_amount", outputs=NAMES, cache=kernel_cache
    )

    base = None
    for number, scenario in enumerate(scenarios):
        plan = make_plan(changed_rulebook(toy_book, scenario, DAY), DAY, NAMES)
        results = screen(snapshot, plan, tmp_path / f"r{number}", cache=kernel_cache, dense=True)
        amounts = values_of(results, "households")["toy_amount"].to_numpy()
        base = amounts if base is None else base
        effect = found.of(scenario.name)
        assert effect.sums["toy_amount"] == int(amounts.sum())
        assert effect.sums["toy_share"] == results.budget.total("toy_share")[0]
        assert (effect.gainers, effect.losers) == (int((amounts > base).sum()), int((amounts < base).sum()))
        assert effect.gained - effect.lost == int(amounts.sum() - base.sum())
    counties = [found.of("+10%", county).gained for county in ("371002", "371003", "371082")]
    assert sum(counties) == found.of("+10%").gained > 0


def test_a_scenario_changes_the_rate_of_every_division_below(toy_book):
    book = changed_rulebook(toy_book, Scenario("x", (Change("toy_standard", "371000", add="10"),)), DAY)

    assert book.rates.entry("toy_standard", "371002001", DAY).urban == 111_000
    assert book.rates.entry("toy_standard", "371003", DAY).urban == 107_200


def test_a_scenario_for_a_rate_that_does_not_exist_is_refused(toy_book):
    with pytest.raises(PolicyError) as refused:
        changed_rulebook(toy_book, Scenario("x", (Change("no_such_rate", percent="5"),)), DAY)

    assert "no_such_rate" in str(refused.value)


def test_losing_a_flat_sum_at_the_line_is_a_cliff(toy_book):
    plan = make_plan(toy_book, DAY, ["toy_amount"])
    home = as_households(toy_book, *random_tables(np.random.default_rng(1), toy_book, 1, ["371002"]))[0]
    member = {**home.members[0], "is_away": 0, "birth_day": 19300101, "disability": 0}
    home = type(home)(home.key, "371002", 0, {"gift_year": 0}, [member])

    points = income_curve(plan, home, "toy_amount", fact="income_year", months=range(100_000, 120_000, 1_000))

    ((before, after),) = cliffs(points)
    assert (before.income_month, after.income_month) == (109_000, 110_000)
    assert before.together == 110_000 + 20_050
    assert after.together == 110_000


def test_an_incremental_run_ends_where_a_full_run_does(toy_book, kernel_cache, tmp_path):
    plan = make_plan(toy_book, DAY, NAMES)
    before, tables = written(tmp_path / "before", toy_book, 800, form="arrow")
    base = screen(before, plan, tmp_path / "r", cache=kernel_cache)
    changed = [f"H{number:08d}" for number in range(0, 1_600, 50)]
    with SnapshotWriter(tmp_path / "after", on="2025-03-02", source="test", form="arrow") as writer:
        for households, persons in tables:
            hit = np.isin(households["household"].to_pylist(), changed)
            gifts = np.where(
                hit, households["gift_year"].to_numpy() + 4_000_000, households["gift_year"].to_numpy()
            )
            at = households.column_names.index("gift_year")
            writer.write(households.set_column(at, "gift_year", pa.array(gifts)), persons)
    after = Snapshot.open(tmp_path / "after")
    shutil.copytree(base.folder, tmp_path / "full-base")

    partial = rescreen(after, base, build_kernel(plan, kernel_cache), changed)

    full = screen(after, plan, tmp_path / "full", cache=kernel_cache)
    for kind in ("households", "persons"):
        assert values_of(partial, kind).to_pylist() == values_of(full, kind).to_pylist()
    assert nonzero(partial.budget) == nonzero(full.budget)
    events = pq.read_table(partial.folder / "events-delta-00001.parquet").to_pylist()
    assert events
    assert all(
        row["household"] in changed and row["toy_amount_before"] >= row["toy_amount_after"] for row in events
    )


def nonzero(budget):
    return {
        (code, name): cell
        for code, row in budget.cells.items()
        for name, cell in row.items()
        if cell != (0, 0)
    }


def test_an_incremental_run_on_another_rulebook_is_refused(toy_book, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "s", toy_book, 100)
    base = screen(snapshot, make_plan(toy_book, DAY, NAMES), tmp_path / "r", cache=kernel_cache)
    other = changed_rulebook(toy_book, Scenario("x", (Change("toy_standard", add="1"),)), DAY)

    with pytest.raises(PolicyError) as refused:
        rescreen(snapshot, base, build_kernel(make_plan(other, DAY, NAMES), kernel_cache), ["H00000001"])

    assert refused.value.code == "other_plan"


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full")])
def test_a_run_that_fails_leaves_the_earlier_results_as_they_were(
    toy_book, kernel_cache, tmp_path, monkeypatch, trouble
):
    snapshot, _ = written(tmp_path / "s", toy_book, 200)
    plan = make_plan(toy_book, DAY, NAMES)
    screen(snapshot, plan, tmp_path / "r", cache=kernel_cache)
    before = {path.name: path.read_bytes() for path in (tmp_path / "r").iterdir()}
    real = pq.write_table

    def failing(table, path, **options):
        if "persons-00001" in str(path):
            raise trouble
        real(table, path, **options)

    monkeypatch.setattr(pq, "write_table", failing)
    with pytest.raises((KeyboardInterrupt, PolicyError)):
        screen(snapshot, plan, tmp_path / "r", cache=kernel_cache)

    assert {path.name: path.read_bytes() for path in (tmp_path / "r").iterdir()} == before
    assert not list(tmp_path.glob("*.writing"))
    assert Results.open(tmp_path / "r").manifest["households"] == 400


def test_a_corrupt_part_is_named_and_nothing_is_written(toy_book, kernel_cache, tmp_path):
    snapshot, _ = written(tmp_path / "s", toy_book, 200)
    (tmp_path / "s" / "persons-00001.parquet").write_bytes(b"PAR1 no more")

    with pytest.raises(PolicyError) as refused:
        screen(snapshot, make_plan(toy_book, DAY, NAMES), tmp_path / "r", cache=kernel_cache)

    assert refused.value.code == "snapshot_corrupt"
    assert "persons-00001.parquet" in str(refused.value)
    assert not (tmp_path / "r").exists()


def test_a_large_institution_is_one_household_and_corrupts_nothing(toy_book, kernel_cache, tmp_path):
    rng = np.random.default_rng(2)
    households, persons = random_tables(rng, toy_book, 3_000, DIVISIONS)
    one = households.slice(0, 1).set_column(3, "members", pa.array([len(persons)], pa.int32()))
    with SnapshotWriter(tmp_path / "s", on="2025-03-01", source="test") as writer:
        writer.write(one, persons)

    results = screen(
        Snapshot.open(tmp_path / "s"),
        make_plan(toy_book, DAY, ["toy_members"]),
        tmp_path / "r",
        cache=kernel_cache,
        dense=True,
    )

    assert values_of(results, "households")["toy_members"].to_pylist() == [
        len(persons) - int(persons["is_away"].to_numpy().sum())
    ]
