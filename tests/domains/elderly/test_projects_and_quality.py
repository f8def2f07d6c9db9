"""Pilots reported from their lists, stays, neighbours, inclusive prices, day care in use, and the three dimensions of a friendly city."""

from datetime import date, timedelta

import pytest

from anmin.domains.elderly.attention import attention
from anmin.domains.elderly.friendly import Dimension, Measured, composite, measured
from anmin.domains.elderly.registers.communities import CommunityPoint
from anmin.domains.elderly.registers.insurance import InsuranceClaim, InsurancePolicy
from anmin.domains.elderly.registers.workforce import PILOTS, ElderProject
from anmin.kernel.indicators.declaring import Indicator
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import Figure, behind, figure, figures, indicator_named
from anmin.kernel.registers.actions import EntryRefused, correct
from tests.domains.elderly.made import COUNTY, TODAY, VILLAGE, an_elder, entered, staff, the_number
from tests.domains.elderly.test_figures_from_records import a_facility, persons, the_city
from tests.domains.elderly.test_pages import opened

pytestmark = pytest.mark.django_db
MONTH, YEAR = period_of("month", TODAY), period_of("year", TODAY)


@pytest.fixture
def officer():
    return staff()["elder_officer"]


def a_pilot(officer, **given):
    usual = {"name": "提升行动试点", "kind": "pilot", "target": "500", "each_fen": "1200"}
    return entered(officer, "pilots", division=COUNTY, **{**usual, **given})


def asked(reader, name, period=MONTH):
    return figure(reader, indicator_named("elderly", name), period)


def test_a_pilot_is_reported_from_the_list_of_those_whom_it_reached(officer):
    project = a_pilot(officer)
    for serial, paid in ((1, "1200"), (2, "800")):
        an_elder(serial)
        entered(officer, "beneficiaries", person=the_number(serial), project=project.number, subsidy_fen=paid)

    report = entered(
        officer, "project-reports", division=COUNTY, project=project.number, done="2", conclusion="按期"
    )
    early = entered(
        officer,
        "project-reports",
        division=COUNTY,
        project=project.number,
        done="0",
        conclusion="起步",
        first_day=(TODAY - timedelta(1)).isoformat(),
    )

    assert (report.persons, report.paid_fen) == (2, 200_000)
    assert (early.persons, early.paid_fen) == (0, 0)
    assert asked(officer, "project_persons", YEAR).value == 2


def test_nobody_is_paid_more_than_the_aid_a_head_nor_listed_twice(officer):
    project = a_pilot(officer)
    an_elder(1)
    given = {"person": the_number(1), "project": project.number}

    with pytest.raises(EntryRefused, match="人均补助"):
        entered(officer, "beneficiaries", subsidy_fen="1200.01", **given)
    entered(officer, "beneficiaries", subsidy_fen="1200", **given)
    with pytest.raises(EntryRefused, match="已经在这个项目"):
        entered(officer, "beneficiaries", subsidy_fen="1", **given)


def test_a_pilot_is_accepted_after_its_report_and_a_brand_needs_none(officer):
    project = a_pilot(officer)
    given = {"by": officer, "register": PILOTS, "entry": project, "on": TODAY, "reason": "验收"}
    with pytest.raises(EntryRefused, match="先有绩效报告"):
        correct(raw={"accepted_on": TODAY.isoformat()}, seen=1, **given)
    entered(officer, "project-reports", division=COUNTY, project=project.number, done="2", conclusion="优")

    done = correct(raw={"accepted_on": TODAY.isoformat()}, seen=1, **given)
    brand = a_pilot(officer, kind="brand", name="舒心养老", accepted_on=TODAY.isoformat())

    assert (done.accepted_on, brand.kind) == (TODAY, ElderProject.Kind.BRAND)


def test_a_neighbour_s_help_is_written_down_within_a_pairing(officer):
    an_elder(1)
    given = {"person": the_number(1), "kind": "look", "minutes": "20", "words": "窗帘没拉开，敲门应了"}
    with pytest.raises(EntryRefused, match="没有结对邻居"):
        entered(officer, "neighbour-helps", **given)
    entered(officer, "neighbours", person=the_number(1), neighbour="李婶", phone="13812345678")

    entered(officer, "neighbour-helps", **given)

    assert asked(officer, "neighbour_helps").value == 1


def test_a_base_of_stays_is_counted_while_it_takes_guests(officer):
    runs = entered(officer, "operators", division=COUNTY, name="海滨康养公司")
    usual = {"division": COUNTY, "kind": "base", "operator": runs.number, "address": "滨海路 1 号"}
    entered(officer, "stays", name="海滨基地", state="open", beds="60", clinic="区医院", **usual)
    entered(officer, "stays", name="山里基地", state="planned", **usual)

    found = asked(officer, "stays_open")
    page = opened(officer).get("/registers/elderly/stays/").content.decode()

    assert found.value == 1
    assert "海滨基地" in page and "区医院" in page


def test_inclusive_beds_are_a_share_of_beds_and_a_price_above_the_guide_is_lacking_and_looked_at(officer):
    houses = [
        entered(
            officer, "institutions", division=COUNTY, name=name, kind="nonprofit", address="一", beds=beds, is_inclusive=tag
        )
        for name, beds, tag in (("普惠院", "80", "是"), ("高端院", "120", "否"))
    ]  # fmt: skip
    usual = {"division": COUNTY, "least_fen": "900"}
    for house, item, most, guide in (
        (houses[0], "bed", "1400", "1400"),
        (houses[0], "care", "1500", "1400"),
        (houses[1], "bed", "9000", "1400"),
        (houses[0], "bed", "1000", ""),
    ):
        entered(
            officer, "institution-prices", institution=house.number, item=item, most_fen=most, guide_fen=guide, **usual
        )  # fmt: skip

    beds, prices = asked(officer, "inclusive_beds"), asked(officer, "guide_kept")
    over = behind(officer, indicator_named("elderly", "guide_kept"), MONTH, part="lacking")
    said = [one.words for one in attention(officer, TODAY)]

    assert (beds.value, beds.whole, beds.per_mille) == (80, 200, 400)
    assert (prices.value, prices.whole) == (1, 2)
    assert [row.item for row in over] == ["care"]
    assert said.count("收费高于政府指导价") == 2
    assert said.count("普惠型机构的床位费没有指导价可比") == 1


def test_day_care_is_used_by_person_days_of_the_places_of_its_open_days(officer):
    row = a_facility("日间", "day_care", VILLAGE, None)
    row.places = 20
    row.save()
    a_facility("幸福院", "home", VILLAGE, TODAY)
    for at, came in enumerate(("14", "10")):
        day = (TODAY - timedelta(at)).isoformat()
        entered(officer, "days", division=VILLAGE, facility=row.number, persons=came, first_day=day)

    found = asked(officer, "day_care_used")
    (by_county,) = figures(officer, indicator_named("elderly", "day_care_used"), MONTH, [COUNTY])

    assert (found.value, found.whole, found.per_mille) == (24, 40, 600)
    assert (by_county.value, by_county.whole) == (24, 40)


def test_elders_within_reach_are_counted_by_person_and_villages_apart_from_communities(officer):
    for name, code, elders, lat in (
        ("近", "001", 300, 37.5),
        ("远", "002", 100, 37.6),
        ("村", "200", 50, 37.7),
    ):
        CommunityPoint(
            number=name, division=f"371002001{code}", name=name, elders=elders, longitude=122.1, latitude=lat, first_day=TODAY
        ).save()  # fmt: skip
    entered(
        officer, "points", division=VILLAGE, name="食堂", kind="canteen", operator="街道", longitude="122.105", latitude="37.5"
    )  # fmt: skip
    a_facility("院", "home", "371002001200", TODAY)
    a_facility("中心", "regional", COUNTY, TODAY)

    reach = asked(officer, "within_reach")
    far = behind(officer, indicator_named("elderly", "within_reach"), MONTH, part="lacking")

    assert (reach.value, reach.whole) == (300, 450)
    assert sorted(row.name for row in far) == ["村", "远"]
    assert (asked(officer, "homes_cover").value, asked(officer, "homes_cover").whole) == (1, 1)
    assert (asked(officer, "stations_cover").value, asked(officer, "stations_cover").whole) == (0, 2)
    assert (asked(officer, "regional_cover").value, asked(officer, "regional_cover").whole) == (1, 1)


def test_3700_claims_and_23_million_yuan_are_counted_from_the_claims():
    policy = InsurancePolicy(
        number="BD", division="371000", name="幸福安康险", insurer="某公司", policy="P", premium_fen=3_500, first_day=YEAR.first_day
    )  # fmt: skip
    policy.save()
    accepted = {
        "policy": policy,
        "kind": "fracture",
        "first_day": date(2026, 2, 1),
        "accepted_on": date(2026, 2, 2),
    }
    place = {"happened_on": date(2026, 1, 20), "happened_in": "371002"}
    paid = {"state": "paid", "payout_fen": 621_622, "paid_fen": 621_622, "paid_on": date(2026, 3, 1)}
    InsuranceClaim.objects.bulk_create(
        [
            InsuranceClaim(
                person=person, number=f"L{at}", division=person.division, **accepted, **place, **(paid if at < 3_701 else {})
            )
            for at, person in enumerate(persons(3_712))
        ]
    )  # fmt: skip
    reader = the_city()

    assert asked(reader, "claims_accepted", YEAR).value == 3_712
    assert asked(reader, "claims_paid", YEAR).value == 3_701 * 621_622 == 2_300_623_022
    assert behind(reader, indicator_named("elderly", "claims_paid"), YEAR).count() == 3_701
    assert asked(reader, "claims_accepted", period_of("year", date(2025, 1, 1))).value == 0


def test_care_workers_their_training_and_activities_are_counted(officer):
    with pytest.raises(EntryRefused, match="证书编号"):
        entered(officer, "workers", division=COUNTY, name="甲", employer="某院", skill="4")
    worker = entered(
        officer, "workers", division=COUNTY, name="甲", employer="某院", skill="4", certificate="Z1"
    )
    entered(officer, "workers", division=COUNTY, name="乙", employer="某院")
    entered(
        officer,
        "trainings",
        division=COUNTY,
        worker=worker.number,
        subject="失智照护",
        hours="16",
        is_passed="是",
    )
    entered(officer, "activities", division=COUNTY, title="敬老月", kind="respect", persons="120")
    entered(officer, "activities", division=COUNTY, title="门球赛", kind="sport", first_day="2026-10-09")

    certified = asked(officer, "certified")

    assert (certified.value, certified.whole) == (1, 2)
    assert asked(officer, "activities_held").value == 1
    assert asked(officer, "activities_held", MONTH.before).value == 1


def test_a_dimension_is_the_mean_of_the_shares_that_have_a_whole():
    share = indicator_named("elderly", "staffed")
    assert isinstance(share, Indicator)

    def of(*figures):
        return Measured(Dimension("维度", "One", ()), tuple((share, one) for one in figures))

    half, more, none = Figure("", 1, 2), Figure("", 3, 2), Figure("", 0, 0)

    assert (of(half, more, none).per_mille, of(half, more, none).missing) == (750, 1)
    assert of(none).per_mille is None
    assert composite([of(half), of(more), of(half)]) == 666
    assert composite([of(half), of(none)]) is None


def test_the_page_of_a_friendly_city_shows_the_three_dimensions_with_their_lists(officer):
    month = period_of("month", TODAY).before
    CommunityPoint(
        number="C1", division=VILLAGE, name="海滨", elders=100, longitude="122.1", latitude="37.5", first_day=month.first_day
    ).save()  # fmt: skip

    found = {one.dimension.title: one for one in measured(officer, month)}
    client = opened(officer)
    page = client.get("/elderly/city/").content.decode()

    assert list(found) == ["能级优", "品质高", "活力强"]
    assert found["活力强"].per_mille == 0 and found["品质高"].per_mille is None
    assert all(title in page for title in found)
    assert "/indicators/elderly/staffed/list/" in page and "没有计入平均数" in page
    assert "/elderly/city/" in client.get("/elderly/").content.decode()
    client.cookies["django_language"] = "en"
    assert "Vitality" in client.get("/elderly/city/").content.decode()
