"""Elder-help workers per community, and the monthly rate of visits."""

from datetime import date

from anmin.domains.elderly.visits.rate import Active, Visit, monthly_rate
from anmin.domains.elderly.visits.staffing import staffing

TODAY = date(2026, 11, 25)
LONG_AGO = date(2026, 1, 1)


def test_thirteen_thousand_nine_hundred_ninety_nine_of_fourteen_thousand_with_one_signed_refusal_is_all():
    active = [Active(key, LONG_AGO) for key in range(13_999)]
    active.append(Active(13_999, LONG_AGO, refused_on=date(2026, 10, 8)))
    visits = [Visit(key, date(2026, 10, 1 + key % 31)) for key in range(13_999)]

    rate = monthly_rate(active, visits, date(2026, 10, 1))

    assert len(rate.active) == 13_999
    assert rate.basis_points == 10_000
    assert monthly_rate(active[:-1], visits[:-1], date(2026, 10, 1)).basis_points == 9_999


def test_a_refusal_without_signature_stays_in_the_denominator():
    rate = monthly_rate(
        [Active(1, LONG_AGO), Active(2, LONG_AGO)], [Visit(1, date(2026, 10, 3))], date(2026, 10, 1)
    )

    assert rate.missing == {2}
    assert rate.basis_points == 5_000


def test_a_visit_on_the_first_of_the_next_month_does_not_count_for_the_last():
    late = [Visit(1, date(2026, 11, 1))]

    assert monthly_rate([Active(1, LONG_AGO)], late, date(2026, 10, 15)).visited == frozenset()
    assert monthly_rate([Active(1, LONG_AGO)], late, date(2026, 11, 30)).visited == {1}


def test_who_became_active_in_the_last_three_days_counts_from_the_next_month():
    new = [Active(1, date(2026, 10, 29))]
    early = [Active(1, date(2026, 10, 28))]

    assert monthly_rate(new, [], date(2026, 10, 1)).active == frozenset()
    assert monthly_rate(early, [], date(2026, 10, 1)).active == {1}
    assert monthly_rate(new, [], date(2026, 11, 1)).active == {1}


def test_failed_visits_and_readings_of_machines_do_not_count():
    day = date(2026, 10, 3)
    visits = [Visit(1, day, is_valid=False), Visit(2, day, way="remote"), Visit(3, day, way="phone")]
    active = [Active(key, LONG_AGO) for key in (1, 2, 3)]

    assert monthly_rate(active, visits, day).visited == {3}
    assert monthly_rate(active, visits, day, remote_counts=True).visited == {2, 3}


def test_a_month_without_anybody_active_has_no_rate():
    assert monthly_rate([], [], TODAY).basis_points is None


def test_communities_without_or_with_three_helpers_and_with_too_many_elders_are_flagged():
    where = "350203001001"

    assert staffing(where, 0, 10, TODAY).problem == "没有助老员"
    assert staffing(where, 1, 400, TODAY).problem == ""
    assert staffing(where, 2, 800, TODAY).problem == ""
    assert "401" in staffing(where, 2, 801, TODAY).problem
    assert "3 名" in staffing(where, 3, 10, TODAY).problem
