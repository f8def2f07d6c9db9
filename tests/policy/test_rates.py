"""Rates by day, division and settlement."""

from dataclasses import replace
from datetime import date

from anmin.policy.citywide import fingerprint
from anmin.policy.codes import Settlement
from anmin.policy.plan import make_plan


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


def test_what_is_laid_down_later_counts_from_its_day_and_what_was_before_stays(toy_book):
    rates = toy_book.rates
    (first, second) = rates.history("toy_standard", "371003")
    new = replace(second, first_day=date(2024, 7, 1), urban=120_000, rural=90_000)

    later = rates.followed_by([new])

    assert later.entry("toy_standard", "371003", date(2024, 6, 30)).urban == second.urban
    assert later.entry("toy_standard", "371003", date(2024, 7, 1)).urban == 120_000
    assert later.entry("toy_standard", "371003", first.last_day) == first
    assert rates.entry("toy_standard", "371003", date(2024, 7, 1)).urban == second.urban


def test_of_two_that_begin_on_one_day_the_one_laid_down_later_counts_and_a_following_one_ends_it(toy_book):
    first, second = toy_book.rates.history("toy_standard", "371003")
    early = replace(first, last_day=None, urban=1)

    rates = toy_book.rates.followed_by([early, replace(early, urban=2)])

    assert [(one.urban, one.last_day) for one in rates.history("toy_standard", "371003")] == [
        (2, date(2023, 12, 31)),
        (second.urban, None),
    ]


def test_a_value_of_another_day_or_place_is_no_part_of_what_a_result_depends_on(toy_book):
    on, rates = date(2024, 3, 1), toy_book.rates
    _first, second = rates.history("toy_standard", "371003")
    next_year = replace(second, first_day=date(2025, 1, 1), urban=7)
    elsewhere = replace(second, division="350200", urban=7)

    def prints(book_of_rates, **where):
        name = next(key for key, rows in toy_book.versions.items() if "toy_standard" in _read_by(rows[-1]))
        return fingerprint(make_plan(toy_book.with_rates(book_of_rates), on, [name]), **where)

    assert prints(rates.followed_by([next_year])) == prints(rates)
    assert prints(rates.followed_by([elsewhere])) != prints(rates)
    assert prints(rates.followed_by([elsewhere]), place="371003") == prints(rates, place="371003")
    assert prints(rates.followed_by([replace(second, first_day=on)])) != prints(rates)


def _read_by(rule):
    return [parameter.name for parameter in rule.parameters]


def test_change_days_name_every_day_on_which_a_value_begins(toy_book):
    assert toy_book.rates.change_days(["toy_standard"]) == [
        date(2018, 1, 1),
        date(2024, 1, 1),
        date(2025, 1, 1),
    ]
