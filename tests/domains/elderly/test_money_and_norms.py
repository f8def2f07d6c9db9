"""Meals, claims, adaptations, beds and planning norms: what is due, to the fen."""

from datetime import date

import pytest

from anmin.domains.elderly.adaptation.costing import Work, items, subsidy, unsettled
from anmin.domains.elderly.beds.subsidy import bed_months
from anmin.domains.elderly.facilities.norms import covering, required_area, runs
from anmin.domains.elderly.institutions.clocks import inspect_by, stop_notice
from anmin.domains.elderly.insurance.payouts import Loss, Terms, payout
from anmin.domains.elderly.meals.pricing import NoPrice, Price, charge

TODAY = date(2026, 11, 25)
SINCE = date(2019, 12, 1)
CHENGYANG = [
    Price(1500, 800, SINCE, age_from=60),
    Price(1500, 700, SINCE, age_from=70),
    Price(1500, 600, SINCE, age_from=80),
    Price(1500, 200, SINCE, age_from=60, category="poor"),
]


@pytest.mark.parametrize(
    ("age", "categories", "pays"),
    [(60, (), 800), (69, (), 800), (70, (), 700), (80, (), 600), (82, ("poor",), 200), (61, ("alone",), 800)],
)
def test_in_chengyang_the_category_beats_the_age_band(age, categories, pays):
    due = charge(CHENGYANG, age, categories, TODAY)

    assert (due.elder_fen, due.subsidy_fen, due.rest_fen) == (pays, 1500 - pays, 0)


def test_the_subsidy_stops_at_its_cap_and_the_rest_is_named():
    due = charge([Price(1500, 600, SINCE, cap_fen=500)], 70, (), TODAY)

    assert (due.elder_fen, due.subsidy_fen, due.rest_fen) == (600, 500, 400)


def test_without_a_line_for_the_day_or_the_age_no_price_is_guessed():
    with pytest.raises(NoPrice):
        charge(CHENGYANG, 59, (), TODAY)
    with pytest.raises(NoPrice):
        charge(CHENGYANG, 82, (), date(2019, 1, 1))


XIAMEN = Terms(
    date(2026, 1, 1),
    date(2026, 12, 31),
    "350200",
    death_fen=2_000_000,
    disability_fen=10_000_000,
    fracture_fen=2_000_000,
    medical_fen=2_000_000,
    medical_bp=9_000,
    deductible_fen=10_000,
)


def test_grade_four_of_a_hundred_thousand_pays_seventy_thousand():
    loss = Loss("disability", date(2026, 3, 1), "350203", grade=4)

    assert payout(XIAMEN, loss).fen == 7_000_000


def test_an_accident_outside_the_place_or_the_year_is_refused_with_the_reason():
    away = payout(XIAMEN, Loss("fracture", date(2026, 3, 1), "371002"))
    early = payout(XIAMEN, Loss("fracture", date(2025, 12, 31), "350203"))

    assert (away.fen, away.is_refused) == (0, True)
    assert "地区" in away.because
    assert early.is_refused
    assert "2025-12-31" in early.because


def test_medical_costs_take_off_other_insurance_share_and_deductible_and_stop_at_the_limit():
    loss = Loss("medical", date(2026, 3, 1), "350203", cost_fen=1_000_000, other_fen=400_000)

    assert payout(XIAMEN, loss).fen == 600_000 * 9 // 10 - 10_000
    assert payout(XIAMEN, loss, paid_fen=1_900_000).fen == 100_000
    assert payout(XIAMEN, Loss("medical", date(2026, 3, 1), "350203", cost_fen=5_000)).fen == 0


def test_death_half_a_year_and_a_day_later_is_no_longer_of_the_accident():
    loss = Loss("death", date(2026, 1, 2), "350203", came_on=date(2026, 7, 1))
    late = Loss("death", date(2026, 1, 2), "350203", came_on=date(2026, 7, 2))

    assert payout(XIAMEN, loss).fen == 2_000_000
    assert payout(XIAMEN, late).is_refused


def test_there_is_no_grade_eleven():
    with pytest.raises(ValueError, match="11"):
        payout(XIAMEN, Loss("disability", date(2026, 3, 1), "350203", grade=11))


def test_the_list_has_thirty_items_in_seven_categories_seven_of_them_basic():
    assert len(items()) == 30
    assert len({item.category for item in items().values()}) == 7
    assert sum(item.basic for item in items().values()) == 7


def test_each_basic_item_is_planned_or_said_to_be_unneeded():
    basic = [code for code, item in items().items() if item.basic]
    works = [Work(code, quoted_fen=10_000) for code in basic[:6]] + [Work(basic[6], reason=" ")]

    assert [item.code for item in unsettled(works)] == [basic[6]]
    assert unsettled([*works[:6], Work(basic[6], reason="老人不出门，不需要")]) == []


def test_an_adaptation_is_paid_up_to_the_least_of_three():
    assert subsidy(400_000, 350_000, 300_000) == 300_000
    assert subsidy(250_000, 350_000, 300_000) == 250_000
    assert subsidy(400_000, 280_000, 300_000) == 280_000


def test_a_bed_is_paid_by_whole_months_and_by_the_day_in_broken_ones():
    services = {date(2026, 9, 1): 2, date(2026, 10, 1): 4, date(2026, 11, 1): 3}

    rows = bed_months(date(2026, 9, 16), date(2026, 11, 30), services, 4, 30_001)

    assert [(row.days, row.services, row.needed, row.fen) for row in rows] == [
        (15, 2, 2, 30_001 * 15 // 30),
        (31, 4, 4, 30_001),
        (30, 3, 4, 0),
    ]
    assert "少于" in rows[2].because


def test_a_new_estate_of_1250_households_in_weihai_needs_250_square_metres():
    assert required_area(1250, "371002", TODAY) == 250
    assert required_area(1250, "371002", TODAY, is_new=False) == 188
    assert required_area(1000, "350203", TODAY) == 400
    assert required_area(2000, "350203", TODAY) == 600


def test_a_place_without_a_norm_is_an_error_not_a_zero():
    from anmin.policy.errors import PolicyError

    with pytest.raises(PolicyError, match="norm_new"):
        required_area(1000, "610602", TODAY)


def test_fifty_one_days_of_notice_are_too_few():
    short = stop_notice(date(2026, 5, 10), date(2026, 6, 30), "371002")
    enough = stop_notice(date(2026, 5, 1), date(2026, 6, 30), "371002")

    assert (short.days, short.needed, short.is_enough) == (51, 60, False)
    assert enough.is_enough


def test_inspection_after_filing_counts_working_days():
    assert inspect_by(date(2024, 9, 13)) == date(2024, 10, 17)


def test_a_town_is_covered_by_any_place_in_it_that_runs():
    towns = {"371002001000", "371002002000"}

    done = covering(["371002001007"], towns, 9)

    assert (done.covered, done.missing, done.basis_points) == ({"371002001000"}, {"371002002000"}, 5_000)
    assert covering([], set(), 9).basis_points is None


def test_a_place_runs_only_with_service_in_thirty_days():
    assert runs("open", date(2026, 10, 26), TODAY)
    assert not runs("open", date(2026, 10, 25), TODAY)
    assert not runs("open", None, TODAY)
    assert not runs("suspended", TODAY, TODAY)
