"""Money: exact, explicit, and written out for a voucher."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.lib.money import MoneyProblem, Rounding, divided, format_yuan, in_characters, parse_yuan, shares

AMOUNTS = st.integers(-(10**13), 10**13)


@given(AMOUNTS)
def test_writing_and_reading_are_inverse(fen):
    assert parse_yuan(format_yuan(fen)) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,062.00", 106200),
        ("１０６２．５", 106250),
        ("¥0.01", 1),
        ("865元", 86500),
        (Decimal("1.1"), 110),
        (3, 300),
    ],
)
def test_amounts_are_read(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "一百", "1.005", "NaN", "1e400000000", 0.1])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(MoneyProblem):
        parse_yuan(text)


@given(AMOUNTS, st.integers(1, 10_000), st.sampled_from([1, 100, 1000]))
def test_rounding_modes_lie_where_they_should(fen, parts, step):
    down, near, up = (
        divided(fen, parts, mode, step) for mode in (Rounding.DOWN, Rounding.HALF_UP, Rounding.UP)
    )

    assert down * parts <= fen <= up * parts
    assert down <= near <= up
    assert up - down in (0, step)
    assert 2 * abs(near * parts - fen) <= parts * step


@given(st.integers(0, 10**12), st.integers(1, 500))
def test_shares_add_up_to_the_fen(fen, parts):
    found = shares(fen, parts)

    assert sum(found) == fen
    assert max(found) - min(found) <= 1


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (106250, "壹仟零陆拾贰元伍角"),
        (100000000, "壹佰万元整"),
        (10000100, "壹拾万零壹元整"),
        (1005, "壹拾元零伍分"),
        (105, "壹元零伍分"),
        (50, "伍角"),
        (138600, "壹仟叁佰捌拾陆元整"),
        (1000000010000, "壹佰亿零壹佰元整"),
        (-100, "负壹元整"),
        (2_0000_0500, "贰佰万零伍元整"),
    ],
)
def test_amounts_in_characters(fen, text):
    assert in_characters(fen) == text
