"""The benchmark commands: they are found by file name, run at a small size, and judge honestly."""

import json

import pytest

from bench import __main__ as command
from bench import bench_incremental_10m, bench_spark_equality_1m
from bench.measuring import Series, interleaved
from bench.options import Options
from bench.report import Bar, Report


def test_every_benchmark_is_listed_with_a_sentence():
    known = command.benchmarks()

    assert {"compute_1m", "whole_job_10m", "one_household", "scenarios_20", "incremental_10m"} <= set(known)
    assert {"spark_equality_1m", "compile_cold_warm", "equality"} <= set(known)
    assert all(len(text) > 20 for text in known.values())


def test_an_unknown_benchmark_lists_those_there_are(capsys):
    assert command.main(["no_such_thing"]) == 2
    assert "compute_1m" in capsys.readouterr().out


def test_sides_take_turns_and_the_warm_up_is_not_kept():
    calls = []

    def side(name, seconds):
        def run():
            calls.append(name)
            return seconds

        return run

    measured = interleaved({"a": side("a", 1.0), "b": side("b", 2.0)}, rounds=2)

    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert (measured["b"].seconds, measured["b"].median) == ([2.0, 2.0], 2.0)


def test_a_bar_holds_on_its_limit_and_not_beyond():
    assert Bar("faster", 4.0, 4, True, "×").holds
    assert not Bar("faster", 3.99, 4, True, "×").holds
    assert Bar("smaller", 2.0, 2, False, "×").holds
    assert not Bar("smaller", 2.01, 2, False, "×").holds


def test_a_missed_bar_fails_the_command_only_at_the_size_it_was_set_for(tmp_path, capsys):
    def closed(**size):
        report = Report("x", "A test.", Options(home=tmp_path, **size))
        report.times("times", [Series("one", [1.0]), Series("other", [3.0])], "one")
        report.at_least("against other", 3.0, 4)
        return report.close()

    assert closed() == 1
    assert "FAIL" in capsys.readouterr().out
    assert closed(small=True) == 0
    assert "not judged" in capsys.readouterr().out
    kept = json.loads((tmp_path / "results" / "x.json").read_text())
    assert kept["times"]["times"]["other"] == [3.0]


def test_a_difference_between_sides_fails_at_any_size(tmp_path):
    report = Report("x", "A test.", Options(small=True, home=tmp_path))
    report.equal("sides", 1)

    assert report.close() == 1


def test_an_incremental_run_ends_in_the_results_of_a_full_one(tmp_path):
    options = Options(persons=20_000, rounds=1, small=True, home=tmp_path)
    report = Report("incremental_10m", "A test.", options)

    bench_incremental_10m.run(options, report)

    assert [bar.value for bar in report.bars if bar.unit == " differences"] == [0, 0, 0]


@pytest.mark.full
def test_spark_gives_the_same_rows(tmp_path):
    options = Options(persons=10_000, rounds=1, small=True, home=tmp_path)
    report = Report("spark_equality_1m", "A test.", options)

    bench_spark_equality_1m.run(options, report)

    assert [bar.value for bar in report.bars] == [0]
