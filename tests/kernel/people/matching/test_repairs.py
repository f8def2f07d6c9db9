"""A wrongly written number is repaired only to what one usual mistake explains and the check digit proves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anmin.kernel.people.matching.repairs import is_valid, repairs_of
from anmin.lib.identifiers.residents import check_digit

digits = st.integers(0, 9)


@st.composite
def numbers(draw):
    """Valid numbers of nobody: no division begins with 99."""
    day = f"{draw(st.integers(1920, 2024))}{draw(st.integers(1, 12)):02d}{draw(st.integers(1, 28)):02d}"
    first = f"99{draw(st.integers(0, 9999)):04d}{day}{draw(st.integers(0, 999)):03d}"
    return first + check_digit(first)


@settings(max_examples=300, deadline=None)
@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_found_and_proven(number, place, by):
    typed = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]

    found = repairs_of(typed)

    assert number in [one.number for one in found]
    assert all(is_valid(one.number) for one in found)


@settings(max_examples=200, deadline=None)
@given(numbers(), st.integers(0, 16))
def test_two_neighbours_changed_about_are_found(number, place):
    typed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if typed == number:
        return

    found = {one.number: one.how for one in repairs_of(typed)}

    assert found.get(number) in ("swap", "digit", "check")


@settings(max_examples=200, deadline=None)
@given(numbers())
def test_a_valid_number_is_never_repaired_into_another(number):
    assert repairs_of(number) == []


def test_a_repairer_without_the_check_digit_would_turn_one_person_into_another():
    number = "990001198001010012"[:17]
    number += check_digit(number)
    careless = {number[:16] + str(digit) + number[17:] for digit in range(10)} - {number}

    assert careless
    assert not careless & {one.number for one in repairs_of(number)}
    assert not any(is_valid(one) for one in careless)


@pytest.mark.parametrize(
    ("typed", "number", "how"),
    [
        ("130503670401001", "130503196704010016", "fifteen"),
        ("1305O3670401001", "130503196704010016", "fifteen"),
        ("99O001198001010019", "990001198001010019", "letters"),
        ("99000119800101O0I9", "990001198001010019", "letters"),
    ],
)
def test_old_numbers_and_letters_for_digits(typed, number, how):
    assert is_valid(number)
    assert [(one.number, one.how) for one in repairs_of(typed)] == [(number, how)]


def test_sequence_numbers_of_centenarians_leave_the_century_open():
    found = [one.number for one in repairs_of("990001600101998")]

    assert [number[6:10] for number in found] == ["1860", "1960"]
    assert all(is_valid(number) for number in found)


@pytest.mark.parametrize("typed", ["", "12345", "没有身份证", "99000119800230001X", "9900011980010100123"])
def test_what_no_single_mistake_explains_is_left_alone(typed):
    assert all(is_valid(one.number) for one in repairs_of(typed))
    assert len(repairs_of(typed)) <= 25
