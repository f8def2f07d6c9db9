"""From an alert to its outcome: by whom, in which order, by when; the database holds it too."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.access.queries import reader_for
from anmin.kernel.alerts.handling.actions import dispatch, escalate, give_to
from anmin.kernel.alerts.handling.guards import AlertRefused, StaleAlert
from anmin.kernel.alerts.handling.takers import Takers
from anmin.kernel.alerts.limits import every_limits
from anmin.kernel.alerts.models import Alert, AlertStep
from anmin.kernel.alerts.steps import WAYS
from anmin.kernel.audit.models import Act
from tests.kernel.alerts.desk import COUNTY, DAY, VILLAGE, a_hit, raise_, staff, step, the_alert, walk
from tests.kernel.cases.road import a_family
from tests.make import a_user

pytestmark = pytest.mark.django_db
FOUND = "到家里看过，情况属实"


@pytest.fixture
def people():
    a_family(("王秀英", 1956), ("王建国", 1985))
    return staff()


def test_an_alert_is_given_to_the_village_and_its_days_begin_then(people):
    raise_(a_hit())

    assert dispatch(by="系统", on=DAY) == 1

    alert = the_alert()
    assert alert.taker == people["worker"] and alert.state == "dispatched"
    assert [alert.contact_due, alert.visit_due, alert.close_due] == [
        date(2026, 3, 26),
        date(2026, 3, 30),
        date(2026, 4, 9),
    ]


def test_who_is_full_is_passed_over_and_red_is_given_out_all_the_same(people, monkeypatch):
    (limits,) = every_limits()
    monkeypatch.setitem(limits.capacity, "village", 0)
    monkeypatch.setitem(limits.capacity, "town", 0)
    monkeypatch.setitem(limits.capacity, "county", 0)
    raise_(a_hit(), a_hit(cause="disaster", rule="assistance/M42", colour="red", weight=40))

    given = dispatch(by="系统", on=DAY)

    assert given == 1 and the_alert(cause="disaster").taker == people["worker"]
    assert the_alert(cause="illness").state == "new"


def test_posts_of_child_protection_are_given_children_s_alerts_and_no_others(people):
    director = a_user("director", VILLAGE, role="child_director")
    protector = a_user("protector", COUNTY, role="child_protector")
    for at, given_name in enumerate("一二三四", 2):
        a_family((f"李{given_name}", 1956), serial=at, number=f"H{at}")
    raise_(*(a_hit(f"H{at}") for at in range(2, 6)), a_hit(cause="child", rule="assistance/M20"))

    assert dispatch(by="系统", on=DAY) == 5

    assert set(Alert.objects.filter(cause="illness").values_list("taker", flat=True)) == {people["worker"].pk}
    assert the_alert(cause="child").taker == director
    kinds = {
        kind: {one.user for one in Takers(DAY).of(Alert.objects.filter(cause=kind)[0])}
        for kind in ("illness", "child")
    }
    assert not kinds["illness"] & {director, protector} and kinds["child"] >= {
        director,
        protector,
        people["worker"],
    }


def test_the_whole_road_to_a_result_with_another_person_at_the_end(people):
    raise_(a_hit())
    alert = the_alert()
    walk(alert, people["worker"])
    step(alert, people["worker"], "verify", words=FOUND, result="told_to_apply")

    with pytest.raises(AlertRefused, match="另一个人"):
        step(alert, people["worker"], "close")
    step(alert, people["clerk"], "close")

    alert.refresh_from_db()
    assert alert.state == "closed" and alert.result == "told_to_apply" and alert.closed_on == DAY
    assert alert.quiet_until == date(2026, 6, 25)
    acts = set(Act.objects.filter(subject_id=str(alert.pk)).values_list("act", flat=True))
    assert acts >= {f"alerts.{one}" for one in ("dispatch", "accept", "contact", "visit", "verify", "close")}


@pytest.mark.parametrize("result", ["told_to_apply", "no_difficulty", "urgent_aid", "complex"])
def test_whoever_says_that_there_is_or_is_no_need_has_been_there(people, result):
    raise_(a_hit())
    alert = the_alert()
    walk(alert, people["worker"], to="contacted")

    with pytest.raises(AlertRefused, match="上门"):
        step(alert, people["worker"], "verify", words=FOUND, result=result)


def test_somebody_else_s_alert_and_a_page_of_yesterday_are_refused(people):
    raise_(a_hit())
    alert = the_alert()
    walk(alert, people["worker"], to="accepted")

    with pytest.raises(AlertRefused, match="承办"):
        step(alert, people["clerk"], "contact", words="打过电话")
    reader = reader_for(people["worker"], DAY)
    from anmin.kernel.alerts.handling.actions import take_step

    with pytest.raises(StaleAlert):
        take_step(by=reader, alert=alert, action="contact", on=DAY, seen=0, words="打过电话")


def test_words_are_asked_for_and_sealed(people):
    raise_(a_hit())
    alert = the_alert()
    walk(alert, people["worker"], to="accepted")

    with pytest.raises(AlertRefused, match="四个字"):
        step(alert, people["worker"], "contact", words="好")
    row = step(alert, people["worker"], "contact", words="王秀英说还在住院")

    assert AlertStep.objects.get(pk=row.pk).words == "王秀英说还在住院"
    assert "王秀英" not in Act.objects.filter(act="alerts.contact").latest("pk").reason


def test_a_neighbouring_village_has_no_say(people):
    stranger = a_user("stranger", "371002001002")
    raise_(a_hit())
    alert = the_alert()
    dispatch(by="系统", on=DAY)

    with pytest.raises(AlertRefused, match="岗位"):
        step(alert, stranger, "accept")


def test_the_leader_gives_an_alert_to_somebody_by_hand(people):
    raise_(a_hit())
    alert = the_alert()

    give_to(by=people["leader"], alert=alert, user=people["second"], on=DAY, seen=0)

    alert.refresh_from_db()
    assert alert.taker == people["second"] and alert.place == "371002001"


def test_what_is_overdue_goes_up_once_by_colour_and_again_when_it_should_be_closed(people):
    raise_(a_hit(colour="yellow"), a_hit(cause="disaster", rule="assistance/M42", colour="red", weight=40))
    Alert.objects.all()
    dispatch(by="系统", on=DAY)

    assert escalate(by="系统", on=DAY + timedelta(1)) == 0
    assert escalate(by="系统", on=DAY + timedelta(2)) >= 1
    assert escalate(by="系统", on=DAY + timedelta(2)) == 0

    red = the_alert(cause="disaster")
    assert red.escalated_to == "371002" and red.state == "dispatched" and red.taker == people["worker"]
    assert Act.objects.filter(act="alerts.escalate", result="late").exists()


def test_a_yellow_one_goes_to_the_town_and_then_to_the_county(people):
    raise_(a_hit(colour="yellow", weight=20))
    dispatch(by="系统", on=DAY)

    escalate(by="系统", on=date(2026, 4, 3))
    assert the_alert().escalated_to == "371002001"
    escalate(by="系统", on=date(2026, 4, 30))
    assert the_alert().escalated_to == "371002"


@pytest.mark.parametrize("action", [way.action for way in WAYS.values() if way.person])
def test_the_database_takes_no_step_of_a_machine(people, action):
    raise_(a_hit())
    alert = the_alert()
    way = WAYS[action]

    with pytest.raises(DatabaseError), transaction.atomic():
        AlertStep(
            alert=alert,
            number=1,
            round=1,
            action=action,
            from_state=way.sources[0],
            to_state=way.target or way.sources[0],
            on=DAY,
            by_name="系统",
            words="核实过了",
        ).save()


def test_the_database_moves_an_alert_by_steps_alone(people):
    raise_(a_hit())

    with pytest.raises(DatabaseError, match="alert_moves_by_steps"), transaction.atomic():
        Alert.objects.update(state="closed", result="no_difficulty", closed_on=DAY, dispatched_on=DAY)
    with pytest.raises(DatabaseError, match="alert_keeps_its_first_hit"), transaction.atomic():
        Alert.objects.update(first_hit_on=date(2026, 5, 1))
    with pytest.raises(DatabaseError, match="kernel_row_stays"), transaction.atomic():
        Alert.objects.get().hits.update(weight=0)
