"""Rates by day, division and settlement."""

from datetime import date

from anmin.policy.codes import Settlement


def test_the_nearest_division_with_a_value_on_the_day_wins(toy_book):
    rates = toy_book.rates

    assert rates.entry("toy_standard", "371002003", date(2025, 3, 1)).urban == 110_000
    assert rates.entry("toy_standard", "371002003", date(2024, 12, 31)).urban == 106_200
    assert rates.entry("toy_standard", "371003", date(2025, 3, 1)).urban == 106_200


def test_an_entry_ends_the_day_before_the_next_begins(toy_book):
    first, second = toy_book.rates.history("toy_standard", "371003")

    assert (first.first_day, first.last_day) == (date(2018, 1, 1), date(2023, 12, 31))
    assert second.last_day is None


def test_money_is_read_without_binary_fractions(toy_book):
    entry = toy_book.rates.entry("toy_standard", "371003", date(2020, 1, 1))

    assert entry.value(Settlement.URBAN) == 100_001
    assert toy_book.rates.entry("toy_standard", "371003", date(2025, 1, 1)).value(Settlement.RURAL) == 86_550


def test_there_is_no_value_before_the_first_day(toy_book):
    assert toy_book.rates.find("toy_standard", "371003", date(2017, 12, 31)) is None


def test_percentages_become_basis_points(toy_book):
    assert toy_book.rates.entry("toy_ratio", "371003", date(2025, 1, 1)).urban == 3_300


def test_change_days_name_every_day_on_which_a_value_begins(toy_book):
    assert toy_book.rates.change_days(["toy_standard"]) == [
        date(2018, 1, 1),
        date(2024, 1, 1),
        date(2025, 1, 1),
    ]
