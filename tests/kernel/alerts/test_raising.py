"""From hits to alerts: merged by cause, raised once, quiet while cooling down, opened anew with the first hit kept."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anmin.kernel.alerts.handling.actions import dispatch
from anmin.kernel.alerts.models import Alert, AlertHit
from anmin.kernel.alerts.raising.hits import of_rules
from anmin.kernel.audit.models import Act
from anmin.kernel.people.models import Person
from anmin.policy.alerts import Hit, Shown
from anmin.policy.codes import Colour, Direction
from tests.kernel.alerts.desk import DAY, a_hit, blind_of, raise_, staff, step, the_alert, walk
from tests.kernel.cases.road import a_family

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    return a_family(("王秀英", 1956), ("王建国", 1985), ("王小宝", 2014))


def closed_as(result, on=DAY, words="到家里看过，情况属实"):
    people = staff()
    alert = the_alert()
    walk(alert, people["worker"], on=on)
    step(alert, people["worker"], "verify", on=on, words=words, result=result)
    step(alert, people["clerk"], "close", on=on)
    return alert


def test_the_same_hit_is_raised_once_however_often_it_comes(family):
    first, again = raise_(a_hit()), raise_(a_hit())

    assert (first.new, again.new, again.known) == (1, 0, 1)
    assert Alert.objects.count() == AlertHit.objects.count() == 1
    assert Act.objects.filter(act="alerts.raise").count() == 1


def test_hits_of_one_cause_gather_in_one_alert_of_the_gravest_colour_and_count_once(family):
    """X-118: M01 and M02 of one illness count 30, not 50."""
    raise_(a_hit(), a_hit(rule="assistance/M02", colour="yellow", weight=20))

    alert = the_alert()
    assert alert.colour == "orange" and alert.risk == 30 and alert.hits.count() == 2


def test_another_cause_is_another_alert_and_the_risk_is_the_household_s(family):
    raise_(a_hit(colour="yellow"), a_hit(rule="assistance/M15", cause="work", colour="orange", weight=35))

    assert [row.risk for row in Alert.objects.order_by("cause")] == [65, 65]
    assert {row.colour for row in Alert.objects.all()} == {"orange"}


def test_a_hit_explains_itself_by_value_source_period_and_rule(family):
    raise_(a_hit())

    hit = AlertHit.objects.get()
    assert hit.values == [
        {
            "fact": "medical_paid_year",
            "value": 1_230_000,
            "source": "medical",
            "period": "2026-02",
            "batch": "7",
            "known_on": "",
        }
    ]
    assert (
        hit.rule == "assistance/M01" and hit.rule_since == date(2023, 10, 20) and hit.sources == ["medical"]
    )


def test_a_hit_about_a_household_that_is_not_in_the_register_is_counted_and_not_lost_silently(family):
    raised = raise_(a_hit(), a_hit("H99"), a_hit(person=b"0" * 16, rule="assistance/M07"))

    assert (raised.new, raised.unknown) == (1, 2)
    assert Act.objects.get(act="alerts.raise").after["unknown"] == 2


def test_a_closed_alert_stays_quiet_while_it_cools_down_and_keeps_what_was_said(family):
    raise_(a_hit())
    alert = closed_as("no_difficulty")

    raised = raise_(a_hit(as_of=DAY + timedelta(60)), on=DAY + timedelta(60))

    alert.refresh_from_db()
    assert raised.quiet == 1 and alert.state == "closed"
    assert alert.hits.filter(is_quiet=True).count() == 1


def test_after_the_cool_down_it_opens_anew_and_keeps_its_first_hit(family):
    raise_(a_hit())
    alert = closed_as("no_difficulty")
    later = date(2026, 10, 9)

    raised = raise_(a_hit(as_of=later), on=later)

    alert.refresh_from_db()
    assert raised.reopened == 1 and alert.state == "new" and alert.round == 2
    assert alert.first_hit_on == DAY and alert.last_hit_on == later and alert.result == ""
    assert alert.steps.order_by("-number").first().action == "reopen"


def test_a_graver_hit_does_not_wait_for_the_cool_down(family):
    raise_(a_hit())
    alert = closed_as("no_difficulty")

    raise_(a_hit(rule="assistance/M06", colour="red", as_of=DAY + timedelta(9)), on=DAY + timedelta(9))

    alert.refresh_from_db()
    assert alert.state == "new" and alert.colour == "red"


def test_what_was_found_untrue_no_longer_counts_in_the_risk(family):
    raise_(a_hit())
    closed_as("no_difficulty")

    raise_(a_hit(rule="assistance/M13", cause="work", colour="yellow", weight=15))

    assert the_alert(cause="work").risk == 15


def test_a_protected_child_s_alert_stands_apart_and_as_closely_held_as_the_child(family):
    home, people = family
    Person.objects.filter(pk=people[2].pk).update(level=3)

    raise_(a_hit(), a_hit(person=blind_of(people[2])))

    own = the_alert(person=people[2])
    assert own.level == 3 and own.subject == people[2].pk
    assert the_alert(subject=0).level == home.level


def test_a_hit_of_the_rules_becomes_an_alert_with_its_newest_month(family):
    _home, people = family
    shown = [
        Shown("medical_burden", 0, 800_000, "医保", "2026-01", "3", None),
        Shown("medical_burden", 0, 900_000, "医保", "2026-02", "4", None),
    ]
    hit = Hit(
        "assistance/M01", date(2023, 10, 19), "H1", blind_of(people[0]).hex(), "371002001001", DAY, "2026-02",
        Direction.NEED, "illness", Colour.ORANGE, 30, tuple(shown),
    )  # fmt: skip

    raise_(of_rules(hit))

    row = AlertHit.objects.get()
    assert row.person == people[0] and row.colour == "orange" and the_alert().direction == "NEED"
    assert [(one["value"], one["period"]) for one in row.values] == [(900_000, "2026-02")]


def test_nine_households_are_raised_and_given_out_in_as_many_questions_as_two():
    staff()
    for at, given_name in enumerate("一二三四五六七八九十百"):
        a_family((f"王{given_name}", 1956), serial=at + 1, number=f"H{at}")

    with CaptureQueriesContext(connection) as two:
        raise_(a_hit("H0"), a_hit("H1"))
        dispatch(by="系统", on=DAY)
    with CaptureQueriesContext(connection) as nine:
        raise_(*[a_hit(f"H{at}") for at in range(2, 11)])
        given = dispatch(by="系统", on=DAY)

    assert given == 9 and Act.objects.filter(act="alerts.dispatch").count() == 11
    assert len(nine) == len(two)
