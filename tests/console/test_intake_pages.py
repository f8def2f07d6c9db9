"""Intake at the counter: what is known is shown and filled in, nothing typed is lost, one form makes one case."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anmin.kernel.cases.intake.models import CaseMaterial, Draft
from anmin.kernel.cases.models import Case
from anmin.kernel.people.models import Membership
from tests.console.counter import at, begun, form_of, handed_in, logged_in
from tests.kernel.cases.road import DAY, Road, a_family, authorise, earns, town_staff
from tests.make import a_number
from tests.scans import a_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


@pytest.fixture
def staff(db):
    return town_staff()


@pytest.fixture
def clerk(staff):
    return logged_in(staff["clerk"])


@pytest.fixture
def family(db):
    home, people = a_family(("王桂兰", 1950), ("王强", 1980))
    return home, people


def promise(page):
    """The two numbers at the head of the form."""
    found = re.search(r"本次系统已填 (\d+) 项，需要您填 (\d+) 项", page)
    return int(found[1]), int(found[2])


def test_a_family_known_from_a_decided_case_writes_at_most_two_fields_in_five(staff, clerk, family):
    home, people = family
    home.save()
    said = [earns(people[1], 12_000), *everything(people)]
    road = Road.begin(home, staff, said=said, day=DAY - timedelta(60))
    road.to_confirming()
    road.confirm()

    page = at(clerk, "intake_form", begun(clerk, people[0]))

    filled, left = promise(page)
    assert left <= 0.4 * (filled + left), (filled, left)
    assert "上次认定" in page and "人口登记" in page and "幸福路 1 号" in page


def everything(people):
    """What the form of dibao asks, so that an earlier case knows all of it."""
    from anmin.kernel.cases.matters import procedure_for
    from anmin.kernel.cases.verification.actions import Said

    form = procedure_for("dibao", "371002001001", DAY).intake["form"]
    shared = [Said(name, 1 if name == "homes" else 0) for name in form["household"]]
    own = [Said(name, 0, one.pk) for one in people for name in form["person"] if name != "wage_year"]
    return [*shared, *own, earns(people[0], 0)]


def test_before_a_case_is_opened_refusals_benefits_and_double_cards_are_shown(staff, clerk, family):
    home, people = family
    road = Road.begin(
        home, staff, said=[earns(people[1], 90_000), *everything(people)], day=DAY - timedelta(70)
    )
    road.to_confirming()
    road.refuse()

    page = at(clerk, "intake_before", people[0].pk)

    assert re.search(r"[23] 个月内申请过最低生活保障，未通过", page)
    assert re.search(r"查看原因</summary>\s*<p>[^<]*\d[^<]*元", page)


def test_one_form_twice_is_one_case(clerk, family):
    _home, people = family
    token = begun(clerk, people[0])
    given = form_of(token, what="submit", statement="收入少")
    address = reverse("console:intake_form", args=[token])

    first = clerk.post(address, given)
    second = clerk.post(address, given)

    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_every_change_is_kept_and_a_page_that_was_left_open_is_told_what_changed(clerk, family):
    _home, people = family
    token = begun(clerk, people[0])
    address = reverse("console:intake_form", args=[token])
    old = form_of(token, statement="第一页写的")
    kept = clerk.post(address, form_of(token, statement="第二页写的"), headers={"X-Draft": "1"}).json()
    assert kept["version"] == 2 and "已保存" in kept["words"]

    stale = clerk.post(address, old | {"what": "submit"})
    by_script = clerk.post(address, old, headers={"X-Draft": "1"})

    page = stale.content.decode()
    assert by_script.status_code == 409
    assert "在另一个页面改过" in page and "第二页写的" in page and "第一页写的" in page
    assert Draft.objects.get(token=token).content["statement"] == "第二页写的"
    assert not Case.objects.exists()


def test_what_was_sent_after_the_session_ended_is_there_after_logging_in(clerk, staff, family):
    _home, people = family
    token = begun(clerk, people[0])
    address = reverse("console:intake_form", args=[token])
    given = form_of(token, statement="登录过期以前写的一大段话")
    visitor = Client()

    sent = visitor.post(address, given)
    assert sent.status_code == 302 and "/login/" in sent["Location"]
    visitor.force_login(staff["clerk"])
    page = visitor.get(address).content.decode()

    assert "登录过期以前写的一大段话" in page and "登录前填的内容还在" in page


def test_what_somebody_else_kept_over_log_in_is_not_shown_to_others(clerk, staff, family):
    _home, people = family
    token = begun(clerk, people[0])
    visitor = Client()
    visitor.post(reverse("console:intake_form", args=[token]), form_of(token, statement="秘密"))
    visitor.force_login(staff["second"])

    assert visitor.get(reverse("console:intake_form", args=[token])).status_code == 404


def test_a_broken_upload_says_why_and_loses_no_answer(clerk, family):
    _home, people = family
    token = begun(clerk, people[0])
    file = SimpleUploadedFile("身份证.jpg", b"not a picture", "image/jpeg")

    given = form_of(token, what="submit", statement="写好的原因") | {"scan-identity": file}
    page = clerk.post(reverse("console:intake_form", args=[token]), given).content.decode()

    assert "不是照片或扫描件" in page and "写好的原因" in page
    assert not Case.objects.exists()


def test_what_cannot_be_read_is_said_at_its_field(clerk, family):
    _home, people = family
    token = begun(clerk, people[0])
    key = f"f-{people[1].pk}-wage_year"

    given = form_of(token, what="submit", statement="", **{key: "一万二"})
    page = clerk.post(reverse("console:intake_form", args=[token]), given).content.decode()

    assert f'href="#{key}"' in page and "王强：" in page and 'value="一万二"' in page
    assert "请写申请原因" in page


def test_a_member_left_out_needs_a_reason(clerk, family):
    _home, people = family
    token = begun(clerk, people[0])

    case = handed_in(clerk, token, **{f"left-{people[1].pk}": "在外地另立门户"})

    assert [row.person for row in case.members.all()] == [people[0]]


def test_a_paper_given_with_the_form_counts_as_received_and_the_bank_card_is_kept_sealed(clerk, family):
    _home, people = family
    token = begun(clerk, people[0])
    file = SimpleUploadedFile("身份证.pdf", a_pdf(), "application/pdf")

    case = handed_in(
        clerk,
        token,
        bank="6222 0000 1111",
        **{"scan-identity": file, "state-promise": "received", "state-bills": "promised"},
    )

    states = dict(case.materials.values_list("key", "state"))
    assert states["identity"] == states["promise"] == CaseMaterial.State.RECEIVED
    assert (states["bills"], states["declaration"]) == (CaseMaterial.State.PROMISED, CaseMaterial.State.ASKED)
    assert case.application.beside["bank"] == "6222 0000 1111"


def test_somebody_without_a_household_is_sent_to_the_register(clerk):
    from tests.make import a_person

    alone = a_person("赵一人", serial=400)

    page = at(clerk, "intake_before", alone.pk)

    assert "还不在任何一户" in page and reverse("console:person", args=[alone.pk]) in page


def test_a_village_worker_files_for_a_family_and_may_not_accept(staff, family):
    from tests.make import a_user

    _home, people = family
    worker = logged_in(a_user("worker", "371002001001"))
    case = handed_in(worker, begun(worker, people[0]), channel="worker")

    page = at(worker, "case_materials", case.number)

    assert case.channel == "worker"
    assert "出受理通知书" not in page and "您的岗位没有这项权限" in page


def test_the_one_time_notice_names_what_is_missing_and_what_need_not_be_brought(staff, clerk, family):
    home, people = family
    authorise(home, "dibao")
    case = handed_in(clerk, begun(clerk, people[0]), **{"state-identity": "received"})
    page = at(clerk, "case_materials", case.number)
    assert "还缺 2 样" in page

    given = {"what": "ask_for_more", "seen": case.last_step, "more": ""}
    answer = clerk.post(reverse("console:case_materials", args=[case.number]), given)
    sheet = clerk.get(answer["Location"]).content.decode()

    case.refresh_from_db()
    assert case.state == "need_more" and case.handler == staff["clerk"]
    assert "家庭收入和财产申报表" in sheet and "诚信承诺书" in sheet and "户口信息" in sheet
    assert "材料补齐" in sheet and "clerk 的姓名" in sheet


def test_with_everything_there_the_case_is_accepted_and_the_notice_printed(staff, clerk, family):
    home, people = family
    authorise(home, "dibao")
    papers = {f"state-{key}": "received" for key in ("identity", "declaration", "promise")}
    case = handed_in(clerk, begun(clerk, people[0]), **papers)

    given = {"what": "accept", "seen": case.last_step}
    answer = clerk.post(reverse("console:case_materials", args=[case.number]), given)

    case.refresh_from_db()
    assert case.state == "accepted"
    assert "受理通知书" in clerk.get(answer["Location"]).content.decode()


def test_a_stale_page_of_materials_is_told_what_happened(staff, clerk, family):
    _home, people = family
    case = handed_in(clerk, begun(clerk, people[0]))
    old = case.last_step
    clerk.post(reverse("console:case_materials", args=[case.number]), {"what": "ask_for_more", "seen": old})

    page = clerk.post(
        reverse("console:case_materials", args=[case.number]), {"what": "supply", "seen": old}
    ).content.decode()

    assert "有了新进展" in page


def test_a_place_without_its_own_limit_says_who_can_supply_it(clerk, family, monkeypatch):
    from anmin.console.views import intake
    from anmin.kernel.cases.procedures import ProcedureProblem

    def missing(*args, **kwargs):
        raise ProcedureProblem("“最低生活保障”还没有本地期限，请县级民政局补上")

    monkeypatch.setattr(intake, "matters", missing)

    assert "请县级民政局补上" in at(clerk, "intake_before", family[1][0].pk)


def test_searching_keeps_what_was_typed_out_of_the_address(clerk, family):
    number = a_number(1, date(1950, 5, 6))

    answer = clerk.post(reverse("console:intake"), {"q": number})

    assert number not in answer["Location"]
    page = clerk.get(answer["Location"]).content.decode()
    assert "王桂兰" in page


def test_members_of_a_large_family_all_stand_in_the_form(clerk):
    home, people = a_family(
        *((f"赵{word}", 1960 + at) for at, word in enumerate("甲乙丙丁戊")), serial=40, number="H9"
    )

    page = at(clerk, "intake_form", begun(clerk, people[0]))

    assert all(one.name in page for one in people)
    assert Membership.objects.filter(household=home).count() == 5
