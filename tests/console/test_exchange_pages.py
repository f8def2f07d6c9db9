"""The pages of authorisations, checks and slips: from the signed sheet to the report and back to the department."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.exchange.checks.models import CheckOrder
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.slips.models import Slip
from anmin.kernel.partners.models import Partner
from tests.kernel.exchange.world import Family, a_batch, numbers
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
SIGNED = timezone.localdate().isoformat() + "T00:01"


@pytest.fixture(autouse=True)
def a_home_of_its_own(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.fixture
def family(db):
    return Family()


def at(user):
    client = Client()
    client.force_login(user)
    return client


def sheet(signed_by, **changed):
    today = timezone.localdate()
    given = {
        "person": signed_by.pk,
        "sources": ["pensions", "real_estate"],
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(180)).isoformat(),
        "channel": "paper",
        "signed_at": SIGNED,
        "witness": "张见证",
        "signer": "",
    }
    return given | changed


def authorised(client, family):
    for person in (family.husband, family.wife):
        answer = client.post(reverse("console:consent_new", args=["H1"]), sheet(person))
        assert answer.status_code == 302, answer.content.decode()


def text(answer):
    return answer.content.decode()


def test_from_the_sheet_to_the_report(family, tmp_path):
    one, two = numbers()
    a_batch(tmp_path, "pensions", [[one, "王建国", "12000.50", ""], [two, "李秀兰改", "", "220"]])
    clerk, checker = at(family.clerk_user), at(family.checker_user)
    paper = text(clerk.get(reverse("console:consent_sheet", args=["H1"])))
    assert "王建国" in paper and "李秀兰" in paper and "王小明" not in paper
    assert one not in paper
    authorised(clerk, family)
    assert Consent.objects.count() == 2

    asked = clerk.post(
        reverse("console:check_new", args=["H1"]),
        {"matter": "低保申请 8 号", "sources": ["pensions", "real_estate"]},
    )
    order = CheckOrder.objects.get()
    assert asked["Location"] == reverse("console:check", args=[order.pk])
    refused = text(clerk.post(reverse("console:check_step", args=[order.pk]), {"step": "start"}))
    assert "县级核对员" in refused
    checker.post(reverse("console:check_step", args=[order.pk]), {"step": "start"})

    shown = text(checker.get(reverse("console:check", args=[order.pk])))
    assert "12,000.50 元" in shown and "220.00 元" in shown
    assert order.answers.get(source="pensions").batch in shown
    assert "来源的姓名不同" in shown
    assert "录入书面答复" in shown
    waiting = order.answers.get(state="waiting")
    address = reverse("console:check_answer", args=[order.pk, waiting.pk])
    half = checker.post(address, {"document": "复函 3 号", "as_of": "2026-11-01", "person1": family.wife.pk})
    assert "没有写全" in text(half)
    done = checker.post(
        address,
        {
            "document": "复函 3 号",
            "as_of": "2026-11-01",
            "person1": family.wife.pk,
            "title1": "坐落",
            "value1": "幸福路",
        },
    )
    assert done.status_code == 302
    report = text(checker.get(reverse("console:check", args=[order.pk])))
    assert "核对报告" in report and "幸福路" in report and "复函 3 号" in report
    assert Read.objects.filter(purpose__contains="低保申请 8 号").exists()


def test_a_check_without_every_adults_word_names_who_is_missing_and_leaves_a_trace(family):
    clerk = at(family.clerk_user)
    clerk.post(reverse("console:consent_new", args=["H1"]), sheet(family.husband))

    answer = clerk.post(
        reverse("console:check_new", args=["H1"]), {"matter": "低保申请 8 号", "sources": ["pensions"]}
    )

    assert answer.status_code == 200 and "李秀兰" in text(answer)
    assert not CheckOrder.objects.exists()
    act = Act.objects.get(act="exchange.check_refused")
    assert (act.result, act.after) == ("refused", {"missing": [family.wife.pk]})


def test_withdrawing_at_the_counter_stops_the_check(family):
    clerk, checker = at(family.clerk_user), at(family.checker_user)
    authorised(clerk, family)
    clerk.post(reverse("console:check_new", args=["H1"]), {"matter": "低保申请", "sources": ["pensions"]})
    order = CheckOrder.objects.get()
    checker.post(reverse("console:check_step", args=[order.pk]), {"step": "start"})
    hers = Consent.objects.get(person=family.wife)
    address = reverse("console:consent_withdraw", args=[hers.pk])

    silent = clerk.post(address, {"reason": ""})
    told = clerk.post(address, {"reason": "本人到窗口提出"}, follow=True)

    assert "请写撤回原因" in text(silent)
    assert "正在进行的核对已停止" in text(told)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert "已撤回" in text(clerk.get(reverse("console:consents") + "?show=ended"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sources": []}, "请至少勾选一个来源"),
        ({"last_day": "2020-01-01"}, "早于第一天"),
        ({"witness": ""}, "见证人"),
        ({"signed_at": "2099-01-01T10:00", "last_day": "2099-12-31"}, "将来"),
        ({"person": 99999999}, "谁的授权"),
        ({"first_day": "不知道"}, "授权从哪天起"),
    ],
)
def test_a_wrong_sheet_is_told_and_not_recorded(family, changed, said):
    answer = at(family.clerk_user).post(
        reverse("console:consent_new", args=["H1"]), sheet(family.husband, **changed)
    )

    assert answer.status_code == 200 and said in text(answer)
    assert "没有提交成功" in text(answer)
    assert not Consent.objects.exists()


def test_a_doubt_travels_back_is_answered_and_closed(family):
    checker = at(family.checker_user)
    empty = text(checker.get(reverse("console:slip_new", args=["H1"])))
    assert "还没有登记往来单位" in empty
    police = Partner.objects.create(key="police", name="公安局")
    given = {
        "partner": police.pk,
        "source": "vehicles",
        "field": "机动车数",
        "theirs": "1",
        "ours": "1",
        "evidence": "回收证明",
        "batch": "",
    }
    same = checker.post(reverse("console:slip_new", args=["H1"]), given)
    assert "相同" in text(same)
    checker.post(reverse("console:slip_new", args=["H1"]), given | {"ours": "0"})
    row = Slip.objects.get()
    step = reverse("console:slip_step", args=[row.pk])
    assert "更正后的值" in text(checker.post(step, {"step": "answer", "answer": "error"}))
    checker.post(step, {"step": "answer", "answer": "error", "corrected": "0", "note": ""})
    assert "办结说明" in text(checker.post(step, {"step": "close", "outcome": ""}))
    closed = text(checker.post(step, {"step": "close", "outcome": "已更正"}, follow=True))

    assert "校核单已办结" in closed and "已更正" in closed
    assert "公安局" in text(checker.get(reverse("console:slips") + "?show=all"))


def test_pages_about_a_household_out_of_sight_are_not_found(family):
    far = a_household("X1", "350203001001", a_person("赵六", "350203001001", serial=90))
    clerk = at(family.clerk_user)

    for name in ("consent_new", "consent_sheet", "check_new", "slip_new"):
        assert clerk.get(reverse(f"console:{name}", args=[far.number])).status_code == 404, name
    for name in ("consent", "check", "slip"):
        assert clerk.get(reverse(f"console:{name}", args=[987654])).status_code == 404, name


def test_a_role_without_the_power_gets_none_of_these_pages(family):
    finance = at(a_user("finance", "371002", role="county_finance"))

    for name in ("consents", "checks", "slips"):
        assert finance.get(reverse(f"console:{name}")).status_code == 403, name
    for name in ("consent_new", "consent_sheet", "check_new", "slip_new"):
        assert finance.get(reverse(f"console:{name}", args=["H1"])).status_code == 403, name


def test_empty_lists_say_where_to_begin(family):
    clerk = at(family.clerk_user)

    assert "从家庭页面登记授权" in text(clerk.get(reverse("console:consents")))
    assert "核对从家庭页面发起" in text(clerk.get(reverse("console:checks")))
    assert "在核对报告里" in text(clerk.get(reverse("console:slips")))


def test_the_household_page_leads_to_authorisation_check_and_slip(family):
    home = text(at(family.clerk_user).get(reverse("console:home", args=["H1"])))

    for name in ("consent_new", "consent_sheet", "check_new", "slip_new"):
        assert reverse(f"console:{name}", args=["H1"]) in home
