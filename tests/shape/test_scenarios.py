"""The table of scenarios names tests that exist, and every scenario has one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs/reference/scenarios.md"
WANTED = [
    *(f"{who}{at}" for who in "TRC" for at in range(1, 8)),
    *(f"B{at}" for at in range(1, 6)),
]


def rows(text):
    """Each row's scenario, and the file and test that walk it."""
    found = re.findall(r"^\| (\w\d)[^|]*\|[^|]*\| `([^`:]+)::(\w+)` \|$", text, re.M)
    assert len(found) == len(re.findall(r"^\| \w\d ", text, re.M)), "a row without a test"
    return found


def lost(text):
    """The tests that are named and not there."""
    return [
        (file, test)
        for _scenario, file, test in rows(text)
        if not (ROOT / file).exists() or f"\ndef {test}(" not in (ROOT / file).read_text("utf-8")
    ]


def test_every_scenario_is_walked_by_a_test_that_exists():
    text = TABLE.read_text("utf-8")

    assert lost(text) == []
    assert {scenario for scenario, _file, _test in rows(text)} == set(WANTED)


@pytest.mark.parametrize("change", [("test_a_day_of_reviews", "test_a_night_of_reviews"), ("| T4 ", "| T9 ")])
def test_a_renamed_test_and_a_lost_scenario_are_noticed(change):
    """The wrong variants."""
    text = TABLE.read_text("utf-8").replace(*change)

    assert lost(text) or {scenario for scenario, _file, _test in rows(text)} != set(WANTED)
