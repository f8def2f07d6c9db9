"""The list of basic services: each item answers yes, no or not known yet, and says why."""

from dataclasses import replace
from datetime import date

from anmin.domains.elderly.coverage.reach import Community, Spot, coverage, metres_between
from anmin.domains.elderly.entitled.listing import answers, services
from anmin.domains.elderly.entitled.predicates import PREDICATES, Elder

TODAY = date(2026, 11, 25)
PLAIN = Elder(age=72, division="371002001001", on=TODAY, is_registered_here=True)


def verdicts(elder):
    return {row.service.key: row.verdict for row in answers(elder)}


def test_the_national_list_has_sixteen_items_each_with_a_judge():
    assert len(services("371002", TODAY)) == 16
    assert {one.who for one in services("371002", TODAY)} == set(PREDICATES)
    assert services("371002", date(2023, 5, 20)) == ()


def test_what_must_be_found_out_first_is_neither_yes_nor_no():
    found = verdicts(PLAIN)

    assert found["health"].entitled is True
    assert found["care_subsidy"].entitled is None
    assert "评估" in found["care_subsidy"].why
    assert found["employee_pension"].entitled is None
    assert found["visits"].entitled is False


def test_a_poor_elder_alone_and_unable_is_entitled_to_care_visits_and_adaptation():
    elder = replace(
        PLAIN,
        ability=3,
        ability_until=date(2027, 3, 1),
        is_dibao=True,
        classes=frozenset({"alone", "disabled"}),
    )

    found = verdicts(elder)

    assert all(found[key].entitled for key in ("care_subsidy", "visits", "adaptation", "service_subsidy"))
    assert found["visits"].why == "失能、独居"
    assert found["adaptation"].why == "低保对象；失能、独居"


def test_an_assessment_that_ran_out_decides_nothing():
    elder = replace(PLAIN, ability=3, ability_until=date(2026, 11, 24))

    assert verdicts(elder)["care_subsidy"].entitled is None
    assert "到期" in verdicts(elder)["care_subsidy"].why


def test_the_age_of_the_allowance_is_the_place_s_own():
    yan_an = replace(PLAIN, division="610602001001")
    xiamen = replace(PLAIN, division="350203001001")

    assert verdicts(yan_an)["age_allowance"].entitled is True
    assert "80 周岁起发" in verdicts(xiamen)["age_allowance"].why
    assert verdicts(replace(xiamen, age=80))["age_allowance"].entitled is True
    assert verdicts(replace(xiamen, age=80, is_registered_here=False))["age_allowance"].entitled is False


def test_an_unknown_birthday_is_said_and_never_taken_for_young():
    assert verdicts(replace(PLAIN, age=None))["health"].entitled is None


def test_fifteen_minutes_are_measured_over_the_ground():
    """One degree of latitude is about 111.2 km; at 37° north one of longitude about 88.8 km."""
    assert round(metres_between(Spot("a", 122.0, 37.0), Spot("b", 122.0, 38.0)) / 1000) == 111
    assert round(metres_between(Spot("a", 122.0, 37.0), Spot("b", 123.0, 37.0)) / 1000) == 89


def test_coverage_weighs_communities_by_their_elders():
    near, far = Spot("near", 122.0, 37.0), Spot("far", 122.0, 37.1)
    communities = [Community(near, 300, 1000), Community(far, 100, 1000)]

    done = coverage(communities, [Spot("station", 122.005, 37.0)])

    assert [row.is_covered for row in done.rows] == [True, False]
    assert done.rows[0].metres == 444
    assert done.basis_points == 7_500


def test_without_any_place_nobody_is_covered_and_without_elders_there_is_no_share():
    community = Community(Spot("a", 122.0, 37.0), 10, 1000)

    assert coverage([community], []).basis_points == 0
    assert coverage([community], []).rows[0].nearest is None
    assert coverage([], []).basis_points is None


def test_the_benefits_that_the_list_names_are_there():
    from anmin.kernel.screening.rulebooks import rulebook

    named = {key for one in services("371002", TODAY) for key in one.benefits}

    assert len(named) >= 4
    assert named <= set(rulebook().benefits)
