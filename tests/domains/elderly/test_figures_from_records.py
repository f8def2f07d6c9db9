"""Figures are counted from records: 4,895 beds, 3,614 homes, 1,107 points, plans of 380, 20, one a county and 15."""

from datetime import date, timedelta

import pytest

from anmin.domains.elderly.registers.adaptations import HomeAdaptation
from anmin.domains.elderly.registers.beds import FamilyBed
from anmin.domains.elderly.registers.communities import CommunityPoint
from anmin.domains.elderly.registers.difficulty import SpecialDifficulty
from anmin.domains.elderly.registers.facilities import ElderFacility, FacilityDay, FacilityProject
from anmin.domains.elderly.registers.meals import DiningPoint
from anmin.kernel.access.queries import reader_for
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import behind, figure, indicator_named
from anmin.kernel.people.models import Household, Person
from tests.domains.elderly.made import TODAY, staff
from tests.make import a_user

pytestmark = pytest.mark.django_db
BEGAN = date(2025, 3, 1)
MONTH, YEAR = period_of("month", TODAY), period_of("year", TODAY)
COUNTIES = ("371002", "371003", "371082", "371083")


def the_city():
    return reader_for(a_user("city", "371000", role="city_officer"), TODAY)


def persons(number):
    return Person.objects.bulk_create(
        [
            Person(
                name=f"老人{at}", division=f"{COUNTIES[at % 4]}001001", birth_day=date(1940, 1, 1), level=1
            )
            for at in range(number)
        ]
    )


def value(reader, name, period=MONTH):
    one = indicator_named("elderly", name)
    found = figure(reader, one, period)
    assert behind(reader, one, period).count() == found.value or one.total
    return found.value


def a_bed(person, at, **given):
    usual = {"first_day": BEGAN, "number": f"B{at}", "division": person.division, "state": "asked"}
    return FamilyBed(person=person, **{**usual, **given})


def test_4895_beds_are_those_that_were_accepted_and_no_others():
    from anmin.domains.elderly.registers.assessments import AbilityAssessment

    people = persons(5_000)
    results = AbilityAssessment.objects.bulk_create(
        [
            AbilityAssessment(
                person=person,
                number=f"A{at}",
                division=person.division,
                first_day=BEGAN,
                assessor="甲",
                second_assessor="乙",
                has_medical=True,
                total=40,
                preliminary=3,
                final=3,
                reason="first",
            )
            for at, person in enumerate(people)
        ]
    )
    opened = {"accepted_on": date(2025, 6, 1), "services_month": 4}
    FamilyBed.objects.bulk_create(
        [a_bed(people[at], at, state="open", assessment=results[at], **opened) for at in range(4_800)]
        + [
            a_bed(people[at], at, state="closed", last_day=date(2026, 2, 1), assessment=results[at], **opened)
            for at in range(4_800, 4_895)
        ]
        + [a_bed(people[at], at) for at in range(4_895, 5_000)]
    )
    reader = the_city()

    assert value(reader, "beds_built") == 4_895
    assert value(reader, "beds_open") == 4_800
    assert value(reader, "unable") == 5_000
    assert value(staff()["elder_officer"], "beds_built") == len([at for at in range(4_895) if at % 4 == 0])
    assert (
        figure(reader, indicator_named("elderly", "beds_built"), period_of("month", date(2025, 5, 1))).value
        == 0
    )


def test_3614_homes_are_counted_by_household():
    people = persons(3_614)
    homes = Household.objects.bulk_create(
        [
            Household(number=f"H{at}", division=person.division, first_day=BEGAN)
            for at, person in enumerate(people)
        ]
    )
    accepted = {"state": "accepted", "accepted_on": date(2025, 9, 1), "inspector": "第三方"}
    HomeAdaptation.objects.bulk_create(
        [
            HomeAdaptation(
                person=person,
                number=f"S{at}",
                division=person.division,
                household=homes[at],
                programme="2025",
                first_day=BEGAN,
                **accepted,
            )
            for at, person in enumerate(people)
        ]
        + [
            HomeAdaptation(
                person=people[0],
                number="S-open",
                division=people[0].division,
                household=homes[0],
                programme="2026",
                first_day=BEGAN,
            )
        ]
    )

    assert value(the_city(), "homes_adapted") == 3_614


def test_1107_points_are_those_that_are_open():
    DiningPoint.objects.bulk_create(
        [
            DiningPoint(
                number=f"P{at}",
                division="371002001001",
                name=f"老年餐桌{at}",
                kind="table",
                operator="村集体",
                first_day=BEGAN,
                state="open" if at < 1_107 else "paused",
            )
            for at in range(1_120)
        ]
        + [
            DiningPoint(
                number="P-old",
                division="371002001001",
                name="停办",
                kind="table",
                operator="村集体",
                first_day=BEGAN,
                last_day=date(2026, 1, 1),
            )
        ]
    )

    assert value(the_city(), "points_open") == 1_107


def test_plans_of_380_20_one_a_county_and_15_stand_beside_what_was_built():
    plans = {
        "home": ("homes", 380),
        "centre": ("centres", 20),
        "regional": ("regional", 1),
        "canteen": ("canteens", 15),
    }
    rows = {}
    for kind, (_name, target) in plans.items():
        places = COUNTIES if kind == "regional" else ("371000",)
        for place in places:
            rows[kind] = FacilityProject(
                number=f"J{kind}{place}",
                division=place,
                name=kind,
                year=2026,
                kind=kind,
                target=target,
                first_day=date(2026, 1, 1),
            )
            rows[kind].save()
    ElderFacility.objects.bulk_create(
        [
            ElderFacility(
                number=f"F{at}",
                division="371002001001",
                name=f"幸福院{at}",
                kind="home",
                project=rows["home"],
                state="accepted" if at < 300 else "building",
                accepted_on=date(2026, 8, 1) if at < 300 else None,
                first_day=date(2026, 2, 1),
            )
            for at in range(380)
        ]
    )
    reader = the_city()

    for name, target in (("homes", 380), ("centres", 20), ("regional", 4), ("canteens", 15)):
        assert value(reader, f"planned_{name}", YEAR) == target
    assert value(reader, "built_homes", YEAR) == 300
    assert value(reader, "built_centres", YEAR) == 0


def test_fourteen_thousand_targets_are_persons_not_entries():
    people = persons(1_400)
    active = {"state": "active", "active_since": BEGAN, "first_day": BEGAN}
    SpecialDifficulty.objects.bulk_create(
        [
            SpecialDifficulty(
                person=person, number=f"T{at}", division=person.division, kind="alone", **active
            )
            for at, person in enumerate(people)
        ]
        + [
            SpecialDifficulty(
                person=person, number=f"U{at}", division=person.division, kind="disabled", **active
            )
            for at, person in enumerate(people[:500])
        ]
    )

    assert value(the_city(), "target_persons") == 1_400


def a_facility(number, kind, division, served):
    row = ElderFacility(
        number=number,
        division=division,
        name=number,
        kind=kind,
        state="open",
        accepted_on=BEGAN,
        first_day=BEGAN,
    )
    row.save()
    if served is not None:
        FacilityDay(
            facility=row, number=f"D{number}", division=division, first_day=served, last_day=served, persons=5
        ).save()
    return row


def test_a_place_that_served_in_thirty_days_covers_its_town_and_a_shut_one_nothing():
    for at, division in enumerate(("371002001001", "371002001002", "371002002001", "371002003001")):
        CommunityPoint(
            number=f"C{at}",
            division=division,
            name=division,
            elders=100,
            longitude="122.1",
            latitude="37.5",
            first_day=BEGAN,
        ).save()
    end = MONTH.last_day
    a_facility("近", "day_care", "371002001001", end - timedelta(29))
    a_facility("远", "day_care", "371002002001", end - timedelta(30))
    a_facility("站", "station", "371002001001", end)
    reader = the_city()

    towns = figure(reader, indicator_named("elderly", "day_care_cover"), MONTH)
    stations = figure(reader, indicator_named("elderly", "stations_cover"), MONTH)

    assert (towns.value, towns.whole) == (1, 3)
    assert (stations.value, stations.whole) == (1, 4)
    lacking = behind(reader, indicator_named("elderly", "stations_cover"), MONTH, part="lacking")
    assert sorted(lacking.values_list("division", flat=True)) == [
        "371002001002",
        "371002002001",
        "371002003001",
    ]
