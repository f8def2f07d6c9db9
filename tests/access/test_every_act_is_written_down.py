"""E26: every sensitive act leaves exactly one row, done or refused; a book that cannot be written to refuses the act."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from anmin.kernel.access import actions
from anmin.kernel.access.assignments import actions as assignments
from anmin.kernel.access.delegations import actions as delegations
from anmin.kernel.access.exceptions import actions as exceptions
from anmin.kernel.access.models import TakingAlarm
from anmin.kernel.access.taking import actions as taking
from anmin.kernel.audit.models import Act, Read
from tests.access.acting import check_broken_book, check_done, check_refused, last_number, send
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
REGISTRY = yaml.safe_load((Path(__file__).parent / "acts.yaml").read_text("utf-8"))
SOURCE = Path(__file__).parents[2] / "src/anmin"
TABLES = (
    "user",
    "grant",
    "assignment",
    "delegation",
    "breakglass",
    "takingpermit",
    "takingalarm",
    "person",
    "read",
)


def routes(namespace):
    for entry in get_resolver().url_patterns:
        if getattr(entry, "namespace", None) == namespace:
            yield from (row.name for row in entry.url_patterns if row.name)


@pytest.mark.parametrize("namespace", ["console", "partners", "spdci", "residents", "field"])
def test_every_address_says_what_it_writes_down(namespace):
    """A view without a declaration fails here."""
    found = set(routes(namespace))

    assert sorted(found - set(REGISTRY[namespace])) == []
    assert sorted(set(REGISTRY[namespace]) - found) == []


def test_an_undeclared_view_is_noticed(monkeypatch):
    """The wrong variant."""
    monkeypatch.setitem(REGISTRY, "console", {k: v for k, v in REGISTRY["console"].items() if k != "person"})

    with pytest.raises(AssertionError, match="person"):
        test_every_address_says_what_it_writes_down("console")


def test_every_declared_act_is_one_that_the_code_writes():
    written = set()
    for path in SOURCE.rglob("*.py"):
        written |= set(re.findall(r'"([a-z_]+\.[a-z_.]+)', path.read_text("utf-8")))
    declared = {act for group in REGISTRY.values() for row in group.values() for act in row.get("acts", [])}

    assert (
        sorted(
            act for act in declared if not any(act.startswith(one) or one.startswith(act) for one in written)
        )
        == []
    )


class World:
    """Everybody and everything that an act needs, made by others."""

    def __init__(self):
        self.today = timezone.localdate()
        self.security = a_user("security", "371002", role="security_admin")
        self.clerk = a_user("clerk", "371002001")
        self.leader = a_user("leader", "371002001", role="town_leader")
        self.asker = a_user("asker", "371002")
        self.boss = a_user("boss", "371002", role="county_leader")
        self.worker = a_user("worker", "371002001001")
        self.nobody = a_user("nobody")
        self.old = a_person("王秀英", serial=1, phone="19000000001")
        self.son = a_person("王强", serial=2)
        a_household("H1", "371002001001", self.old, self.son)
        self.grant = self.worker.grants.get()
        self.assignment = assignments.assign(
            by=self.leader,
            user=self.worker,
            person=self.son.pk,
            first_day=self.today,
            last_day=None,
            reason="由包村干部承办",
        )
        self.delegation = delegations.delegate(
            by=self.clerk,
            person=self.son.pk,
            helper=self.old.pk,
            purposes=["progress"],
            channel="paper",
            first_day=self.today,
        )
        self.asked = exceptions.ask(by=self.asker, person=self.old.pk, reason="老人走失需要马上联系家属")
        self.second = exceptions.ask(by=self.asker, person=self.son.pk, reason="走失老人的家属需要马上联系")
        self.used = exceptions.approve(
            by=self.boss,
            request=exceptions.ask(by=self.asker, person=self.old.pk, reason="另一次紧急情况联系家属"),
        )
        self.permit = taking.ask_permit(
            by=self.clerk, day=self.today, klass="list", limit=3000, purpose="年度复核"
        )
        self.alarm = TakingAlarm.objects.create(
            via="user/1", user=self.clerk, day=self.today, tier=25, count=25
        )


DAY = date(2026, 11, 1)
CASES = {
    "access": lambda w: (
        w.security,
        [],
        {"username": "xin", "display_name": "新人", "password": "足够长的口令Xy2026"},
    ),
    "user": lambda w: (
        w.security,
        [w.nobody.pk],
        {"role": "town_clerk", "division": "371002001", "first_day": DAY, "last_day": ""},
    ),
    "user_disable": lambda w: (w.security, [w.nobody.pk], {"reason": "调离"}),
    "grant_end": lambda w: (w.security, [w.grant.pk], {"reason": "换岗"}),
    "alarm_review": lambda w: (w.security, [w.alarm.pk], {"review": "已核实，工作需要"}),
    "permits": lambda w: (w.clerk, [], {"klass": "clear", "limit": "40", "purpose": "集中更正银行卡号"}),
    "permit_approve": lambda w: (w.boss, [w.permit.pk], {}),
    "exceptions": lambda w: (w.asker, [], {"person": w.old.pk, "reason": "孩子夜间走失需要联系家人"}),
    "exception_decide/approve": lambda w: (w.boss, [w.asked.pk], {"what": "approve"}),
    "exception_decide/refuse": lambda w: (w.boss, [w.second.pk], {"what": "refuse", "words": "不紧急"}),
    "exception_decide/review": lambda w: (w.security, [w.used.pk], {"what": "review", "words": "已核查"}),
    "assignments": lambda w: (
        w.leader,
        [w.old.pk],
        {"user": w.worker.pk, "first_day": DAY, "last_day": "", "reason": "由包村干部承办"},
    ),
    "assignment_end": lambda w: (w.leader, [w.assignment.pk], {"reason": "办结"}),
    "delegations": lambda w: (
        w.clerk,
        [w.old.pk],
        {"helper": a_number(2), "purposes": ["apply"], "channel": "paper", "first_day": DAY, "last_day": ""},
    ),
    "delegation_revoke": lambda w: (w.clerk, [w.delegation.pk], {"reason": "本人要求取消"}),
    "tell_reads": lambda w: (w.clerk, [w.old.pk], {"asker": "self"}),
}


@pytest.mark.parametrize("case", CASES)
def test_an_act_that_is_done_leaves_one_row_with_who_what_and_when(case):
    rows = check_done(CASES, case, World(), REGISTRY["console"])

    assert len(rows) == 1


@pytest.mark.parametrize("case", CASES)
def test_an_act_that_is_refused_leaves_one_row_and_changes_nothing(case):
    check_refused(CASES, case, World(), TABLES)


@pytest.mark.parametrize("case", CASES)
def test_a_book_that_cannot_be_written_to_refuses_the_act(case):
    check_broken_book(CASES, case, World(), TABLES)


def test_without_the_transaction_a_broken_book_would_let_the_act_stand(monkeypatch):
    """The wrong variant: acts that are not written at all are noticed."""
    world = World()
    last = last_number()
    monkeypatch.setattr(actions.audit, "record", lambda **_given: None)

    send(CASES, world.security, "grant_end", world)

    assert list(Act.objects.filter(number__gt=last)) == []
    world.grant.refresh_from_db()
    assert world.grant.last_day == world.today


def test_showing_a_field_is_one_read_with_its_purpose_and_a_broken_book_shows_nothing():
    world = World()
    client = Client(raise_request_exception=False)
    client.force_login(world.clerk)
    address = reverse("console:show_field", args=[world.old.pk])

    shown = client.post(address, {"field": "phone", "purpose": "accept"})
    read = Read.objects.get(fields="phone")
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON kernel_read FROM anmin_web")
    refused = client.post(address, {"field": "phone", "purpose": "accept"})

    assert "19000000001" in shown.content.decode()
    assert (read.reader, read.persons, read.purpose) == (world.clerk.pk, [world.old.pk], "受理或办理申请")
    assert refused.status_code == 500
    assert "19000000001" not in refused.content.decode()


def test_what_the_yearly_report_on_minors_counts_is_what_the_books_hold():
    """P07: looks at persons under protection, by whom and by which leave, from the books alone."""
    from anmin.kernel.people.protection.queries import minors_report

    child = a_person("赵小苗", serial=9, birth_day=date(2018, 5, 1), level=3)
    guard = a_user("guard", "371002", role="child_protector")
    client = Client()
    client.force_login(guard)
    for _ in range(3):
        client.get(reverse("console:person", args=[child.pk]))
    today = timezone.localdate()

    (line,) = minors_report(today - timedelta(days=1), today)

    assert (line.person, line.reader, line.looks) == (child.pk, guard.pk, 3)
    assert line.looks == Read.objects.filter(persons__contains=[child.pk]).count()
    assert line.leave == "岗位"
