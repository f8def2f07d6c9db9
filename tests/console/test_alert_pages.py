"""Pages of monitoring: what the desk counts is what its lists hold; who may see and do what; nobody too many is named."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.alerts.handling.actions import dispatch
from anmin.kernel.alerts.models import Alert
from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.people.models import Person
from tests.kernel.alerts.desk import a_hit, blind_of, raise_, staff, step, walk
from tests.kernel.cases.road import a_family
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def people(today):
    a_family(("王秀英", 1956), ("王建国", 1985), ("王小宝", 2016))
    found = staff()
    raise_(a_hit(as_of=today, colour="yellow", weight=20), on=today)
    dispatch(by="系统", on=today)
    return found


def as_(client, user):
    client.force_login(user, backend="anmin.kernel.access.login.backends.StaffBackend")
    return client


def test_the_desk_names_who_is_to_be_seen_and_why(client, people):
    page = as_(client, people["worker"]).get(reverse("console:alerts")).content.decode()

    assert "王秀英" in page and "疾病负担" in page and "黄色" in page


def test_an_alert_shows_its_reasons_and_is_walked_by_its_forms(client, people, today):
    alert = Alert.objects.get()
    address = reverse("console:alert", args=[alert.pk])
    page = as_(client, people["worker"]).get(address).content.decode()
    assert "12,300" in page and "2026-02" in page

    def do(action, **more):
        alert.refresh_from_db()
        client.post(address, {"action": action, "seen": alert.last_step, **more})
        alert.refresh_from_db()
        return alert.state

    assert do("accept") == "accepted"
    assert do("contact", words="电话里说在家") == "contacted"
    assert do("visit", words="到家里看过") == "visited"
    assert do("verify", words="确实有困难", result="told_to_apply") == "verified"
    assert do("close") == "closed"


def test_a_refused_step_says_why_and_keeps_what_was_written(client, people):
    alert = Alert.objects.get()
    walk(alert, people["worker"], to="accepted", on=timezone.localdate())
    alert.refresh_from_db()

    answer = as_(client, people["worker"]).post(
        reverse("console:alert", args=[alert.pk]),
        {"action": "verify", "seen": alert.last_step, "words": "没有去过家里", "result": "no_difficulty"},
    )

    page = answer.content.decode()
    assert "先上门" in page and "没有去过家里" in page


def test_who_reads_only_is_offered_nothing_to_do(client, people):
    inspector = a_user("inspector", "371000", role="inspector")
    page = (
        as_(client, inspector).get(reverse("console:alert", args=[Alert.objects.get().pk])).content.decode()
    )

    assert 'name="action"' not in page


def test_a_household_s_risk_rises_in_the_month_of_the_hit(client, people):
    page = as_(client, people["worker"]).get(reverse("console:household_risk", args=["H1"])).content.decode()

    assert "疾病负担 20" in page


def test_the_rules_show_how_often_they_were_right(client, people, today):
    alert = Alert.objects.get()
    walk(alert, people["worker"], on=today)
    step(alert, people["worker"], "verify", on=today, words="核实没有困难的", result="no_difficulty")
    step(alert, people["worker"], "close", on=today)

    page = as_(client, people["approver"]).get(reverse("console:alert_rules")).content.decode()

    assert "0.0%" in page and "仅供参考" in page


def test_the_list_for_a_meeting_names_no_child_and_no_reason(client, people, today):
    child = Person.objects.get(birth_day__year=2016)
    raise_(a_hit(as_of=today - timedelta(1), cause="children", person=blind_of(child)), on=today)

    page = as_(client, people["worker"]).get(reverse("console:alert_print")).content.decode()

    assert "王秀英" in page and "王小宝" not in page and "疾病" not in page


def test_a_page_of_another_place_is_not_there(client, people):
    stranger = a_user("stranger", "371003001")
    client = as_(client, stranger)

    assert client.get(reverse("console:alert", args=[Alert.objects.get().pk])).status_code == 404
    assert client.get(reverse("console:household_risk", args=["H1"])).status_code == 404
    assert "王秀英" not in client.get(reverse("console:alerts")).content.decode()


def test_before_any_sweep_the_page_says_so(client, people):
    page = as_(client, people["approver"]).get(reverse("console:sweep")).content.decode()

    assert "还没有比对过" in page


def test_a_source_that_never_came_is_not_late_and_is_told_apart(client, people, today):
    page = as_(client, people["worker"]).get(reverse("console:alerts")).content.decode()
    rules = client.get(reverse("console:alert_rules")).content.decode()

    assert "没有按时到数" not in page and "个来源未接入" in page
    assert "未接入" in rules and ">逾期<" not in rules


def test_a_source_that_stopped_coming_is_late(client, people, today):
    """The wrong variant of the above: what came once and stays away is late, not unconnected."""
    told = {"period": "2025-01", "true_on": date(2025, 1, 31), "read": 0, "landed": 0, "quarantined": 0}
    SourceBatch.objects.create(source="medical_month", by_name="医保局", **told)

    page = as_(client, people["worker"]).get(reverse("console:alerts")).content.decode()

    assert "1 个来源没有按时到数" in page


def test_what_lacks_a_local_standard_says_what_is_settled_who_decides_and_what_goes_by_the_books(
    client, people
):
    address = reverse("console:offers")
    page = as_(client, people["worker"]).get(address).content.decode()

    assert "特困人员全额资助" in page and "当年个人缴费标准和定额资助的金额" in page and "由谁定" in page
    assert "按名册直接发的" in page and "价格临时补贴" in page
    assert reverse("console:money_books") not in page
    assert reverse("console:money_books") in as_(client, people["clerk"]).get(address).content.decode()
