"""Hits, staff and an alert walked to its end, for tests of alerts."""

from datetime import date

from anmin.kernel.access.queries import reader_for
from anmin.kernel.alerts.handling.actions import dispatch, take_step
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.raising.actions import raise_hits
from anmin.kernel.alerts.raising.hits import Reported, Value
from anmin.kernel.people.models import Identifier
from tests.make import a_user

VILLAGE, TOWN, COUNTY = "371002001001", "371002001", "371002"
DAY = date(2026, 3, 25)


def staff():
    """A village worker, two clerks, the town's leader and a county approver."""
    return {
        "worker": a_user("worker", VILLAGE),
        "clerk": a_user("clerk", TOWN),
        "second": a_user("second", TOWN),
        "leader": a_user("leader", TOWN, role="town_leader"),
        "approver": a_user("approver", COUNTY, role="county_approver"),
    }


def a_hit(home="H1", rule="assistance/M01", **more):
    """A hit about a household, as the rules hand it over."""
    given = {
        "rule": rule,
        "rule_since": date(2023, 10, 20),
        "household": home,
        "as_of": more.pop("as_of", DAY),
        "colour": "orange",
        "weight": 30,
        "cause": "illness",
        "direction": "NEED",
        "values": (Value("medical_paid_year", 1_230_000, "medical", "2026-02", "7"),),
    }
    return Reported(**{**given, **more})


def blind_of(person):
    """The blind key by which departments speak of somebody."""
    return bytes(Identifier.objects.get(person=person, kind="resident").blind)


def raise_(*hits, on=DAY, by="系统"):
    return raise_hits(by=by, hits=hits, on=on)


def the_alert(**known):
    return Alert.objects.get(**known)


def step(alert, user, action, on=DAY, **more):
    """One step by somebody who has just looked."""
    alert.refresh_from_db()
    return take_step(by=reader_for(user, on), alert=alert, action=action, on=on, seen=alert.last_step, **more)


def walk(alert, user, to="visited", on=DAY):
    """Give an alert out and let its taker walk it to a state."""
    dispatch(by="系统", on=on)
    for action, state in (("accept", "accepted"), ("contact", "contacted"), ("visit", "visited")):
        step(alert, user, action, on=on, **({} if action == "accept" else {"words": "打过电话，约好上门"}))
        if state == to:
            return
