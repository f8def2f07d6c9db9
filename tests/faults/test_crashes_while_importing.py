"""Whoever dies while a file is taken in, at whichever step, the next try ends where an uninterrupted one does (E14)."""

import json

import pytest

from bench.spoiling import write_pensions
from tests.faults.installation import Installation


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    one = Installation(tmp_path_factory.mktemp("crashing") / "home")
    one.prepare()
    yield one
    one.stop()


def crashed(home, tmp_path, *more):
    write_pensions(tmp_path / "ylj.csv", 60, 20)
    return json.loads(
        home.python("-m", "tests.faults.crashing", str(tmp_path / "ylj.csv"), *more).splitlines()[-1]
    )


def test_after_a_crash_at_any_boundary_the_next_try_ends_as_if_nothing_had_happened(home, tmp_path):
    told = crashed(home, tmp_path)

    assert told["boundaries"] >= 40
    assert told["survived"] == []
    assert told["differing"] == []


def test_a_record_committed_before_its_file_is_there_is_caught(home, tmp_path):
    """The wrong variant: a crash between leaves a batch without its rows, and the next try calls it a repetition."""
    told = crashed(home, tmp_path, "wrong")

    assert told["differing"] != []
