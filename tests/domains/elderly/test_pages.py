"""Elder care's own pages: who opens them, what they show and refuse, that looking is written down."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.domains.elderly.assessment.scoring import items
from anmin.domains.elderly.registers.assessments import AbilityAssessment
from anmin.domains.elderly.registers.beds import FamilyBed
from anmin.domains.elderly.registers.meals import Meal
from anmin.kernel.audit.models import Read
from tests.domains.elderly.made import COUNTY, an_elder, answers_of, assessed, entered, staff, the_number
from tests.make import a_user

pytestmark = pytest.mark.django_db


def opened(reader):
    client = Client()
    client.force_login(reader.user)
    return client


def filled(total=40, /, **given):
    usual = {key: str(value) for key, value in answers_of(total).items()}
    usual |= {
        "reason": "first",
        "assessor": "赵一",
        "second_assessor": "钱二",
        "has_medical": "1",
        "risk-falls": "0",
    }
    return usual | given


def test_the_form_asks_26_questions_and_the_server_computes_the_result():
    readers = staff()
    person, client = an_elder(), opened(readers["elder_assessor"])
    address = reverse("elderly:assess", args=[person.pk])

    page = client.get(address).content.decode()
    done = client.post(address, filled(40, **{"risk-falls": "2", "total": "90"}), follow=True)

    assert page.count("<fieldset") == len(items()) == 26
    row = AbilityAssessment.objects.get()
    assert (row.total, row.preliminary, row.final) == (40, 3, 4)
    assert "40 分，完全失能" in done.content.decode()


def test_of_two_falls_the_one_thirty_one_days_ago_is_not_asked_for_and_the_other_raises_nothing():
    """E9: the form asks for the last thirty days alone; one fall of 70 points leaves the level mild."""
    readers = staff()
    person, client = an_elder(), opened(readers["elder_assessor"])
    address = reverse("elderly:assess", args=[person.pk])

    page = client.get(address).content.decode()
    client.post(address, filled(70, **{"risk-falls": "1"}))

    assert "30 天" in page
    assert AbilityAssessment.objects.get().final == 1


def test_what_is_missing_is_named_and_nothing_typed_is_lost():
    readers = staff()
    person, client = an_elder(), opened(readers["elder_assessor"])
    given = filled(40, second_assessor="", notes="高血压，长期服药")
    del given["B.1.3"]

    page = client.post(reverse("elderly:assess", args=[person.pk]), given).content.decode()

    assert "“洗澡”还没有选" in page
    assert "两位评估员" in page
    assert "高血压，长期服药" in page
    assert page.count(" checked") == 25 + 1
    assert AbilityAssessment.objects.count() == 0


def test_a_score_that_the_item_does_not_offer_is_refused():
    readers = staff()
    person, client = an_elder(), opened(readers["elder_assessor"])

    page = client.post(
        reverse("elderly:assess", args=[person.pk]), filled(90, **{"B.2.4": "4"})
    ).content.decode()

    assert "最高 3 分" in page
    assert AbilityAssessment.objects.count() == 0


def test_one_page_says_what_somebody_is_entitled_to_why_and_what_she_receives():
    readers = staff()
    person = an_elder(1)
    assessed(readers["elder_assessor"], person)
    entered(readers["elder_officer"], "difficulties", person=the_number(1), kind="alone", state="active")
    entered(readers["elder_officer"], "beds", person=the_number(1), address="幸福路 1 号")

    page = opened(readers["elder_officer"]).get(reverse("elderly:person", args=[person.pk])).content.decode()

    assert "评估结果为重度失能" in page
    assert "80 周岁，65 周岁起可以申请" in page
    assert FamilyBed.objects.get().number in page
    assert "幸福路" not in page
    assert Read.objects.filter(fields="elderly", persons=[person.pk]).exists()


def test_a_person_out_of_reach_does_not_exist():
    readers = staff()
    far = an_elder(2, division="371003001001")

    for name in ("person", "assess"):
        answer = opened(readers["elder_assessor"]).get(reverse(f"elderly:{name}", args=[far.pk]))
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "role", ["system_admin", "county_finance", "organisation_registrar", "civil_registrar"]
)
def test_roles_without_elder_care_open_none_of_its_pages(role):
    person = an_elder()
    client = Client()
    client.force_login(a_user("other", COUNTY, role=role))

    for name, keys in (
        ("overview", []),
        ("reach", []),
        ("city", []),
        ("person", [person.pk]),
        ("assess", [person.pk]),
        ("serve", []),
    ):
        assert client.get(reverse(f"elderly:{name}", args=keys)).status_code == 403


def test_officers_do_not_assess_and_assessors_serve_no_meals():
    readers, person = staff(), an_elder()

    assert (
        opened(readers["elder_officer"]).get(reverse("elderly:assess", args=[person.pk])).status_code == 403
    )
    assert opened(readers["elder_assessor"]).get(reverse("elderly:serve")).status_code == 403


def test_a_meal_is_written_down_at_its_price_and_a_second_one_refused():
    readers = staff()
    an_elder(1, born=date(1944, 1, 1))
    officer = readers["elder_officer"]
    point = entered(
        officer,
        "points",
        division=COUNTY,
        name="海滨食堂",
        kind="canteen",
        operator="街道",
        on=date(2026, 1, 1),
    )
    entered(
        officer,
        "prices",
        division=COUNTY,
        point=point.number,
        slot="lunch",
        list_fen="15",
        elder_fen="6",
        on=date(2026, 1, 1),
    )
    given = {
        "point": point.number,
        "slot": "lunch",
        "day": "2026-10-12",
        "person": the_number(1, date(1944, 1, 1)),
    }
    client = opened(officer)

    first = client.post(reverse("elderly:serve"), given, follow=True).content.decode()
    second = client.post(reverse("elderly:serve"), given).content.decode()

    assert "收 6.00 元，补贴 9.00 元" in first
    assert "每人每餐只补贴一次" in second
    assert Meal.objects.count() == 1
    strange = client.post(reverse("elderly:serve"), {**given, "person": "不是号码"}).content.decode()
    assert "没有找到证件号码" in strange


def test_a_month_is_settled_by_whoever_decides():
    readers = staff()
    person = an_elder(1, born=date(1944, 1, 1))
    officer = readers["elder_officer"]
    point = entered(
        officer,
        "points",
        division=COUNTY,
        name="海滨食堂",
        kind="canteen",
        operator="街道",
        on=date(2026, 1, 1),
    )
    entered(
        officer,
        "prices",
        division=COUNTY,
        point=point.number,
        slot="lunch",
        list_fen="15",
        elder_fen="6",
        on=date(2026, 1, 1),
    )
    from anmin.domains.elderly.meals.actions import serve

    serve(by=officer, point=point, person=person, day=date(2026, 1, 5), slot="lunch", on=date(2026, 1, 5))
    address = reverse("elderly:settle", args=[point.number])

    assert opened(officer).post(address, {"month": "2026-01"}).status_code == 403
    done = opened(readers["elder_approver"]).post(address, {"month": "2026-01"}, follow=True).content.decode()

    assert "已结算：1 份，补贴 9.00 元" in done


def test_the_desk_lists_what_must_be_looked_at():
    readers = staff()
    officer = readers["elder_officer"]
    entered(
        officer,
        "communities",
        division="371002001001",
        name="海滨社区",
        elders="900",
        longitude="122.1",
        latitude="37.5",
    )
    entered(
        officer,
        "institutions",
        division=COUNTY,
        name="未备案养老院",
        kind="profit",
        address="一",
        residents="3",
    )

    page = opened(officer).get(reverse("elderly:overview")).content.decode()

    assert "没有助老员" in page
    assert "没有备案就收住了老人" in page


def test_reach_is_computed_over_the_ground():
    readers = staff()
    officer = readers["elder_officer"]
    for name, lat in (("近社区", "37.5"), ("远社区", "37.6")):
        entered(
            officer,
            "communities",
            division="371002001001",
            name=name,
            elders="300",
            longitude="122.1",
            latitude=lat,
        )
    entered(
        officer,
        "points",
        division="371002001001",
        name="海滨食堂",
        kind="canteen",
        operator="街道",
        longitude="122.105",
        latitude="37.5",
    )

    page = opened(officer).get(reverse("elderly:reach")).content.decode()

    assert "50.0%" in page
    assert "海滨食堂" in page


def test_a_bed_is_taken_a_step_further_on_its_own_page():
    readers = staff()
    assessed(readers["elder_assessor"], an_elder(1))
    bed = entered(readers["elder_officer"], "beds", person=the_number(1), address="幸福路 1 号")
    client = opened(readers["elder_officer"])
    entry = reverse("console:register_entry", args=["elderly", "beds", bed.number])
    step = reverse("console:register_step", args=["elderly", "beds", bed.number])

    assert step in client.get(entry).content.decode()
    done = client.post(step, {"step": "assess", "seen": str(bed.version)}, follow=True).content.decode()

    assert "已办理。" in done
    assert "登记入户勘察" in done
    bed.refresh_from_db()
    assert bed.state == "assessed"
    late = client.post(step, {"step": "assess", "seen": str(bed.version)}, follow=True).content.decode()
    assert "现在的状态不能办理" in late


def test_pages_are_english_where_asked():
    readers = staff()
    client = opened(readers["elder_officer"])
    client.cookies["django_language"] = "en"

    page = client.get(reverse("elderly:overview")).content.decode()

    assert "Family beds built" in page
    assert "Elder care" in page
