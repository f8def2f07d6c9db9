"""Whoever dies while money goes out, at whichever step: everybody is paid exactly once (E01)."""

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
    assert told["whole"]["lines"] == ["paid"]
    assert told["survived"] == []
    assert told["differing"] == []


def test_whoever_sends_first_and_writes_it_down_afterwards_is_caught(home, tmp_path):
    """The wrong variant: a crash between leaves a file that goes out a second time."""
    told = paid(home, tmp_path, "wrong")

    assert told["differing"] != []
    assert told["differing"][0][1]["once"] is False
