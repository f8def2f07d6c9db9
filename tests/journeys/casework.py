"""Families on their road in the journeys' demonstration town, walked by its own staff through the usual actions."""

import json

MAKING = """
import django; django.setup()
import json, sys
from contextlib import nullcontext
from datetime import date, datetime, timedelta
import time_machine
from django.utils import timezone
from anmin.kernel.access.models import Grant, User
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.people.register.actions import record_death
from tests.kernel.cases import road as roads
from tests.kernel.cases.road import Road, a_family, earns

asked = json.loads(sys.argv[1])
names = {"clerk": "zhen1", "second": "cun1", "leader": "fenguan1", "checker": "hedui", "approver": "xian1"}
users = {user.username: user for user in User.objects.filter(is_demo=True)}
staff = {post: users[name] for post, name in names.items()}
village = Grant.objects.filter(user=staff["second"]).first().division
today = timezone.localdate()
made = []
def make(one):
    home, people = a_family(
        *[(name, year) for name, year in one["members"]],
        serial=one["serial"], division=one.get("division") or village, number=one["household"],
    )
    said = [earns(people[0], one["wage"]), Said("financial_assets", 2_000_000)]
    day = today - timedelta(one.get("ago", 9))
    road = Road.begin(home, staff, said=said, day=day, token="journey-" + one["household"])
    if one["to"] == "accepted":
        road.accept()
    else:
        road.to_confirming(earns(people[0], one["wage"]))
    if one.get("late"):
        road.day = today
        verification.state_checked(
            by=staff["checker"], case=road.case, as_of=today, on=today, source="国家税务总局",
            said=[earns(people[0], one["wage"] + 600), Said("financial_assets", 3_000_000)],
        )
    if one["to"] == "granted":
        road.day = max(today, road.day)
        road.confirm()
    if one.get("died"):
        record_death(by="系统", person=people[0], source="cremation", day=today - timedelta(3))
    made.append({"number": road.case.number, "people": [row.pk for row in people], "village": village})
for one in asked:
    day = today - timedelta(one.get("ago", 9))
    with time_machine.travel(datetime(day.year, day.month, day.day, 9), tick=True) if day > today else nullcontext():
        make(one)
print("MADE", json.dumps(made))
"""
RAISE = """
import django; django.setup()
from django.utils import timezone
from anmin.kernel.cases.deaths.actions import raise_deaths
print("MADE", [row.number for row in raise_deaths(by="系统", on=timezone.localdate())])
"""


def at_desk(visit, name):
    """Somebody logged in, at an office's screen."""
    watched = visit()
    watched.log_in(name)
    return watched


def run(town, script, *words):
    """What a script says after MADE, run on the journeys' own data."""
    said = town.python("-c", script, *words)
    return next(line.removeprefix("MADE ") for line in said.splitlines() if line.startswith("MADE "))


def made(town, *families):
    """Families made as they are asked for; each with its case's number."""
    return json.loads(run(town, MAKING, json.dumps(families)))


def family(name, household, serial, *, to="confirming", wage=6_000, **more):
    """What is asked for: a family of three whose head is named so, on its road up to a stop."""
    members = [(name, 1970), ("李秀兰", 1972), ("陈小龙", 2000)]
    return {"members": members, "household": household, "serial": serial, "to": to, "wage": wage, **more}
