"""Whoever dies while money goes out, at whichever step: everybody is paid exactly once (E01); so when the server dies (E02)."""

import json

import pytest

from tests.faults.installation import Installation


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    one = Installation(tmp_path_factory.mktemp("paying") / "home")
    one.prepare()
    yield one
    one.stop()


def paid(home, tmp_path, *more):
    told = home.python("-m", "tests.faults.paying", str(tmp_path / "bank.books"), *more)
    return json.loads(told.splitlines()[-1])


def test_after_a_crash_at_any_boundary_everybody_is_paid_once_and_the_books_say_so(home, tmp_path):
    told = paid(home, tmp_path)

    assert told["boundaries"] >= 60
    assert told["states"] >= 8
    assert told["whole"]["lines"] == ["paid"]
    assert told["survived"] == []
    assert told["differing"] == []


def test_whoever_sends_first_and_writes_it_down_afterwards_is_caught(home, tmp_path):
    """The wrong variant: a crash between leaves a file that goes out a second time."""
    told = paid(home, tmp_path, "wrong")

    assert told["differing"] != []
    assert told["differing"][0][1]["once"] is False


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.full)])
def test_when_the_database_dies_in_the_middle_everybody_is_paid_once_after_its_recovery(
    home, tmp_path, kills
):
    told = paid(home, tmp_path, "server", str(kills))

    assert told["differing"] == []


def test_a_database_that_acknowledges_before_it_writes_is_caught(home, tmp_path):
    """The wrong variant: what was committed before the file left is lost with the server, and it leaves again."""
    told = paid(home, tmp_path, "server", "careless")

    assert told["differing"] != []
    assert told["differing"][0][1]["once"] is False
