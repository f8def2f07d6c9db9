"""A threshold is tried from the rule's page by the worker: the sentence, who may, what is written down, what cannot be done."""

from datetime import date

import pytest
from django.urls import reverse

from anmin.kernel import ruletasks
from anmin.kernel.access.actions import end_grant
from anmin.kernel.access.models import Grant, User
from anmin.kernel.alerts.arriving.actions import watch_day
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.trials.models import AskedTrial
from anmin.kernel.audit.models import Act
from tests.kernel.alerts.desk import step
from tests.kernel.alerts.landing import ON, STAYS, land, one_rule, town
from tests.make import a_number

__all__ = ["one_rule", "town"]
pytestmark = pytest.mark.django_db
PAGE = ("assistance", "M02")
ASKED = {"rate": "resident_bill_limit", "value": "8000", "division": "371002"}


def as_(client, name):
    client.force_login(
        User.objects.get(username=name), backend="anmin.kernel.access.login.backends.StaffBackend"
    )
    return client


def look(client, given=None):
    address = reverse("console:alert_rule", args=PAGE)
    return client.get(address) if given is None else client.post(address, given)


def evaluated(folder):
    """Somebody with a bill above the line, found in difficulty, and somebody with one below it."""
    rows = [[a_number(at), name, bill, bill, bill, "否", "3"] for at, name, bill in BILLS]
    land(folder, "medical_month", "2026-10", STAYS, *rows)
    watch_day(by="系统", on=ON)
    alert, worker = Alert.objects.get(cause="illness"), User.objects.get(username="worker")
    for action in ("accept", "contact", "visit"):
        step(
            alert, worker, action, on=ON, **({} if action == "accept" else {"words": "到家里看过，情况属实"})
        )
    step(alert, worker, "verify", on=ON, words="确实有困难，住院花费大", result="told_to_apply")


BILLS = ((1, "王建国", "21000"), (2, "李秀兰", "9000"), (9, "赵六", "7000"))


def worked_off(client, given):
    """The rule's page after the worker has calculated what was asked for on it."""
    assert look(client, given).status_code == 302
    ruletasks.try_threshold(trial=AskedTrial.objects.latest("pk").pk)
    return look(client).content.decode()


def test_a_threshold_is_tried_by_the_worker_and_changes_nothing(client, town):
    evaluated(town)

    asked = look(as_(client, "approver"), ASKED)
    waiting = look(client).content.decode()
    page = worked_off(client, ASKED)

    assert asked.status_code == 302 and AskedTrial.objects.count() == 1
    assert "正在试算" in waiting and 'hx-trigger="every 3s"' in waiting and "上月会多" not in waiting
    assert (
        "此规则改成 8000 元，上月会多 1 条，其中核实有困难的估计 1 条（0 到 1 条，依据 1 条核实结果）。"
        in page
    )
    assert 'hx-trigger="every' not in page
    act = Act.objects.get(act="alerts.try_threshold")
    assert (act.by.username, act.subject_id, act.division) == ("approver", "assistance/M02", "371002")
    assert (act.after["rate"], act.after["value"], act.after["added"]) == ("resident_bill_limit", "8000", 1)
    assert Act.objects.get(act="alerts.ask_trial").by.username == "approver"
    assert Alert.objects.count() == 1
    assert "此规则改成 25000 元，上月会少 1 条。" in worked_off(client, {**ASKED, "value": "25000"})


def test_a_trial_is_shown_to_whoever_asked_and_is_refused_when_their_post_has_ended(client, town):
    evaluated(town)
    look(as_(client, "approver"), ASKED)
    trial = AskedTrial.objects.get()
    end_grant(
        by="测试",
        grant=Grant.objects.get(user__username="approver"),
        last_day=date(2026, 10, 1),
        reason="调离",
    )

    ruletasks.try_threshold(trial=trial.pk)

    trial.refresh_from_db()
    assert (trial.state, trial.result) == ("refused", {}) and "岗位" in trial.told
    assert not Act.objects.filter(act="alerts.try_threshold").exists()
    assert "正在试算" not in look(as_(client, "worker")).content.decode()


def test_what_cannot_be_tried_says_why_and_nothing_is_written_down(client, town):
    before = look(as_(client, "approver")).content.decode()
    assert "还不能试算" in before
    evaluated(town)

    for given, words in (
        ({**ASKED, "value": ""}, "请写改成多少"),
        ({**ASKED, "value": "八千"}, "八千"),
        ({**ASKED, "rate": "nonsense"}, "没有阈值"),
    ):
        page = look(client, given).content.decode()
        assert "没有算成" in page and words in page
    assert not AskedTrial.objects.exists()
    assert not Act.objects.filter(act__in=["alerts.ask_trial", "alerts.try_threshold"]).exists()


def test_who_only_visits_sees_the_lines_and_may_not_try(client, town):
    client = as_(client, "worker")

    page = look(client).content.decode()

    assert "10,000" in page and 'name="value"' not in page
    assert look(client, ASKED).status_code == 403
    assert client.get(reverse("console:alert_rule", args=["assistance", "M99"])).status_code == 404
