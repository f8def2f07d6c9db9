"""The order in which facts arrive changes nothing; of several decisions at one moment one stands."""

import itertools
import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from anmin.kernel.access.models import User
from anmin.kernel.cases.actions import Opening, StaleCase, StepRefused, open_case, take_step
from anmin.kernel.cases.declaring import ProcedureBook
from anmin.kernel.cases.models import AllowedStep, Case, ProcedureVersion, Step
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.queries import result_of
from anmin.kernel.entitlements.actions import decide
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.people.models import Household, Person
from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff

RACE = {
    "matter": "race",
    "title": "竞争",
    "since": date(2020, 1, 1),
    "file": "race.yaml",
    "states": {
        "confirming": {"title": "待确认"},
        "approved": {"title": "已确认", "end": True},
        "refused": {"title": "不予确认", "end": True},
        "withdrawn": {"title": "已撤回", "end": True},
    },
    "steps": [
        {"action": "confirm", "title": "确认", "from": "confirming", "to": "approved", "decides": True},
        {
            "action": "refuse",
            "title": "不予确认",
            "from": "confirming",
            "to": "refused",
            "who": "case.confirm",
            "adverse": True,
            "decides": True,
            "reason": True,
        },
        {"action": "withdraw", "title": "撤回", "from": "confirming", "to": "withdrawn"},
    ],
}


def amounts_of_all_orders(before=lambda road: None):
    """The months' amounts that come out when four words on one wage arrive in each order; `before` meddles with each."""
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))
    road = Road.begin(home, town_staff(), said=[])

    def told(source, yuan, as_of=None):
        said = [earns(people[0], yuan)]
        before(road)
        if source == "declared":
            verification.declare(by="test", case=road.case, said=said)
        else:
            verification.state_checked(
                by="test", case=road.case, said=said, source=source, as_of=as_of, on=DAY
            )

    words = [
        ("declared", 9_000),
        ("社保", 12_000, DAY - timedelta(30)),
        ("税务", 15_000, DAY - timedelta(2)),
        ("社保", 14_000, DAY - timedelta(2)),
    ]
    amounts = set()
    for order in itertools.permutations(words):
        road.case.facts.all().delete()
        for word in order:
            told(*word)
        amounts.add(result_of(road.case, on=DAY).month)
    return amounts


@pytest.mark.django_db
def test_the_order_in_which_facts_arrive_does_not_change_the_entitlement():
    assert len(amounts_of_all_orders()) == 1


@pytest.mark.django_db
def test_a_matrix_that_believes_whoever_came_last_is_noticed():
    """The wrong variant: it is forgotten for which day the word before held."""

    def forgets(road):
        road.case.facts.filter(checked__isnull=False).update(checked_on=DAY - timedelta(365))

    amounts = amounts_of_all_orders(forgets)

    assert len(amounts) > 1


@pytest.fixture
def committed(django_db_setup, django_db_blocker, monkeypatch):
    """Cases and people whom other connections see; the book of acts is left out, and everything goes away again."""
    monkeypatch.setattr("anmin.kernel.audit.actions.record", lambda **told: None)
    with django_db_blocker.unblock():
        users = [User.objects.create(username=f"race{at}", display_name="r", password="x") for at in (1, 2)]
        person, home = (
            Person(name="王秀英", division="371002001001"),
            Household(number="RACE", division="371002001001", first_day=date(2020, 1, 1)),
        )
        person.save()
        home.save()
        yield users, person, home
        tables = ("kernel_step", "kernel_decision", "kernel_allowedstep", "kernel_procedureversion")
        switch(tables, "DISABLE")
        with transaction.atomic():
            mine = Case.objects.filter(matter="race")
            Step.objects.filter(case__in=mine).delete()
            Decision.objects.filter(matter="race").delete()
            mine.delete()
            AllowedStep.objects.filter(procedure__matter="race").delete()
            ProcedureVersion.objects.filter(matter="race").delete()
            home.delete()
            person.delete()
            User.objects.filter(username__startswith="race").delete()
        switch(tables, "ENABLE")
        connection.close()


def switch(tables, how):
    """Rows that never go away go away after this test alone."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")


def test_of_five_hundred_decisions_at_one_moment_exactly_one_stands_each_time(committed):
    (users, person, home), races = committed, 500
    procedure = ProcedureBook([RACE]).procedure("race", "371002", DAY)
    cases = [
        open_case(
            by="test",
            procedure=procedure,
            opening=Opening(f"RACE-{at}", "371002001001", home.pk, person.pk, "counter"),
            on=DAY,
            form={},
        )
        for at in range(races)
    ]
    won, lost, gate = [], [], threading.Barrier(2)

    def decides(user, outcome, action):
        for case in cases:
            gate.wait()
            try:
                with transaction.atomic():
                    decision = decide(
                        by=user,
                        case_number=case.number,
                        matter="race",
                        division=case.division,
                        household=home,
                        outcome=outcome,
                        on=DAY,
                        reason="理由",
                    )
                    take_step(
                        by="竞争" if user is None else user,
                        case=case,
                        action=action,
                        on=DAY,
                        seen=0,
                        reason="理由",
                        decision=decision,
                    )
            except (StaleCase, StepRefused) as trouble:
                lost.append((case.number, type(trouble).__name__))
            else:
                won.append((case.number, action))
        connections.close_all()

    threads = [
        threading.Thread(target=decides, args=[users[0], "grant", "confirm"]),
        threading.Thread(target=decides, args=[users[1], "refuse", "refuse"]),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anmin.kernel.cases.queries.powers_in", lambda *told: None)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(won) == races and len({number for number, _ in won}) == races
    assert {kind for _, kind in lost} <= {"StaleCase"} and len(lost) == races
    ends = dict(won)
    assert torn_ends() == []
    for case in Case.objects.filter(matter="race"):
        step = case.steps.get()
        assert step.action == ends[case.number]
        assert case.state == {"confirm": "approved", "refuse": "refused"}[step.action]


def torn_ends():
    """Cases that ended twice: more than one step, or more than one decision."""
    return [
        case.number
        for case in Case.objects.filter(matter="race")
        if case.steps.count() != 1 or Decision.objects.filter(case_number=case.number).count() != 1
    ]


def decide_twice_and_step_once(users, person, home):
    """Two people decide one case, and only one of them takes the step that belongs to it."""
    opening = Opening("RACE-0", "371002001001", home.pk, person.pk, "counter")
    procedure = ProcedureBook([RACE]).procedure("race", "371002", DAY)
    case = open_case(by="test", procedure=procedure, opening=opening, on=DAY, form={})
    given = {
        "case_number": case.number,
        "matter": "race",
        "division": case.division,
        "household": home,
        "on": DAY,
    }

    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("anmin.kernel.cases.queries.powers_in", lambda *told: None)
        decide(by=users[1], outcome="refuse", reason="理由", **given)
        kept = decide(by=users[0], outcome="grant", reason="理由", **given)
        take_step(by=users[0], case=case, action="confirm", on=DAY, seen=0, reason="理由", decision=kept)
    return case.number


def test_the_database_keeps_no_decision_of_a_case_without_its_step(committed):
    with pytest.raises(DatabaseError, match="decision_without_step"):
        decide_twice_and_step_once(*committed)

    assert not Decision.objects.filter(matter="race").exists()
    assert Case.objects.get(matter="race").state == "confirming"


def test_a_database_that_did_not_look_would_be_noticed(committed):
    """The wrong variant: without the trigger the second decision stays."""
    switch(("kernel_decision",), "DISABLE")

    number = decide_twice_and_step_once(*committed)

    assert torn_ends() == [number]
