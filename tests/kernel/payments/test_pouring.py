"""Money is poured line by line out of what holds it, in order, and never twice: plain arithmetic without a database."""

from types import SimpleNamespace

import pytest

from anmin.kernel.payments.reserve.actions import _taken
from anmin.kernel.payments.runs.funding import _poured


def poured(rows, **left):
    return _poured(rows, [SimpleNamespace(pk=key) for key in left], dict(left))


def test_a_line_is_paid_wholly_by_one_budget_line_and_the_next_takes_over_where_it_ends():
    spans = poured([(1, 60), (2, 60), (3, 30)], a=100, b=100)

    assert spans == [(1, 1, "a", 60, 1), (2, 3, "b", 90, 2)]


def test_the_last_fen_is_used_and_not_one_more():
    assert poured([(1, 60), (2, 40)], a=100) == [(1, 2, "a", 100, 2)]
    assert poured([(1, 60), (2, 41)], a=100) == 41
    assert poured([(1, 60), (2, 41), (3, 7)], a=100) == 48


def test_what_is_left_of_an_earlier_benefit_is_all_there_is():
    left = {"a": 100}
    _poured([(1, 60)], [SimpleNamespace(pk="a")], left)

    assert left == {"a": 40}


def test_a_line_of_nothing_needs_no_money():
    assert poured([(1, 0), (2, 5)], a=5) == [(1, 2, "a", 5, 2)]


@pytest.mark.parametrize(
    ("fen", "held", "taken"),
    [
        (150, {1: 100, 2: 100, 3: 100}, {1: 100, 2: 50}),
        (250, {1: 100, 2: 100, 3: 100}, {1: 100, 2: 100, 3: 50}),
        (100, {1: 100, 2: 100}, {1: 100}),
        (10, {1: -5, 2: 0, 3: 10}, {3: 10}),
        (10, {1: 4}, {1: 4}),
        (1, {1: 1, 2: 1}, {1: 1}),
    ],
)
def test_a_reserve_gives_in_order_as_far_as_it_goes(fen, held, taken):
    assert _taken(fen, held) == taken
