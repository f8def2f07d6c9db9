"""The honest measure at a small size: deterministic, blind to what truly happened, and able to tell good looking from bad."""

import inspect

import numpy as np
import pytest

from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.types import UNKNOWN
from bench.honest import looking, telling, troubles
from bench.honest.looking import MONTHS, cases, draw, evaluated, look, month_end

PERSONS, SEED, FIRST, LAST = 4_000, 5, 12, 16


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return draw(tmp_path_factory.mktemp("honest") / "city", PERSONS, SEED)


@pytest.fixture(scope="module")
def seen(city, kernel_cache):
    return city.remembered(kernel_cache, FIRST, LAST)


def test_the_same_seed_is_the_same_city(city, tmp_path):
    again = draw(tmp_path / "again", PERSONS, SEED)

    assert again.troubles == city.troubles
    assert all(np.array_equal(again.told.months[name], city.told.months[name]) for name in city.told.months)


def test_what_has_not_come_yet_is_unknown_and_not_nothing(city):
    window = city.told.window("inpatient_top", FIRST)

    assert (window[:, -1] == UNKNOWN).all()
    assert window[:, :-3].max() > 0


def test_looking_gives_the_same_twice_and_keeps_within_its_visits(city, seen):
    one, other = (look(city, seen, visits=3, first=FIRST + 1, last=LAST) for _ in range(2))

    assert vars(one["ours"]) == vars(other["ours"])
    for way in one.values():
        assert way.visits <= 3 * (LAST - FIRST - 1)
        assert way.true_visits <= way.visits


def test_hits_do_not_change_when_only_the_truth_does(city, seen, kernel_cache):
    """A wrong variant that must be caught: evaluation that sees which families are in hardship."""
    hidden = [type(one)(**{**vars(one), "is_hardship": not one.is_hardship}) for one in city.troubles]
    blind = type(city)(**{**vars(city), "troubles": hidden})

    hits, _ = seen[FIRST]
    again, _ = evaluated(blind, kernel_cache, FIRST)

    assert again.equals(hits)
    assert "troubles" not in inspect.getsource(evaluated)


def test_nothing_is_known_before_it_happened(city):
    day = month_end(FIRST)
    after = day.year * 10_000 + day.month * 100 + day.day

    assert (looking._known(city.days["disaster_day"], after) <= after).all()
    assert len(cases(city)) > 0
    assert set(troubles.KINDS) >= {one.kind for one in city.troubles}
    assert MONTHS == 36
    assert set(telling.EVENTS) <= set(rulebook().facts)
