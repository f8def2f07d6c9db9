"""Steps of cases: lawful ways only, a second pair of eyes, publicity in full; the database says the same alone."""

import random
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases import actions
from anmin.kernel.cases.actions import Opening, StaleCase, StepRefused
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import clocks_of, days_left_of, ways_on
from anmin.kernel.entitlements.models import Decision
from anmin.lib.calendar import load_calendar
from tests.kernel.cases.test_procedures import BOOK
from tests.kernel.cases.walking import Walk, unlawful
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 25)
DUE = {"publicity": "due"}
PROCEDURE = BOOK.procedure("dibao", "371002001", DAY)


@pytest.fixture
def case():
    person = a_person("王秀英", serial=1)
    home = a_household("H1", "371002001001", person)
    opening = Opening("DB-1", "371002001001", home.pk, person.pk, "counter", token="form-1")
    return actions.open_case(by="test", procedure=PROCEDURE, opening=opening, on=DAY, form={"reason": "丧偶"})


@pytest.fixture
def staff():
    return {name: a_user(name, "371002001") for name in ("clerk", "second", "leader")} | {
        "checker": a_user("checker", "371002", role="county_checker"),
        "approver": a_user("approver", "371002"),
    }


def step(case, by, action, on, **more):
    case.refresh_from_db()
    return actions.take_step(by=by, case=case, action=action, on=on, seen=case.last_step, **more)


def to_publicity(case, staff, day=DAY):
    for by, action in (
        ("clerk", "submit"),
        ("clerk", "accept"),
        ("checker", "start_check"),
        ("checker", "record_check"),
        ("clerk", "start_survey"),
    ):
        step(case, staff[by], action, day)
    step(case, staff["clerk"], "record_survey", day, beside=staff["second"])
    step(case, staff["leader"], "opine", day, details=DUE)
    step(case, staff["clerk"], "publish", day)


def a_decision(case, by, outcome="refuse"):
    return Decision.objects.create(
        case_number=case.number,
        matter=case.matter,
        division=case.division,
        household=case.household,
        outcome=outcome,
        on=DAY,
        reason="家庭人均月收入 1,100 元，不低于标准 1,062 元",
        facts={},
        rates={},
        findings=[],
        rules="x",
        grounds="x",
        decided_by=by,
    )


def refused(case, by, action, on, decides=None, **more):
    """What stood in the way; the decision that was to be its ground (`decides`: who, what) goes with it."""
    with pytest.raises(StepRefused) as trouble, transaction.atomic():
        step(case, by, action, on, decision=a_decision(case, *decides) if decides else None, **more)
    return {row.code for row in trouble.value.obstacles}


def test_a_case_walks_the_whole_road_and_its_clocks_stop(case, staff):
    to_publicity(case, staff)
    step(case, staff["clerk"], "send_up", DAY + timedelta(8))
    step(
        case,
        staff["approver"],
        "confirm",
        DAY + timedelta(9),
        decision=a_decision(case, staff["approver"], "grant"),
    )

    case.refresh_from_db()
    assert case.state == "approved"
    assert days_left_of(case, on=DAY + timedelta(9), calendar=load_calendar()) == {}
    assert [row.number for row in case.steps.order_by("number")] == list(range(1, 11))


def test_publicity_runs_its_seven_days(case, staff):
    """X-110: shown from 8 April, the last day is 14 April, it goes up on 15 April."""
    to_publicity(case, staff, date(2024, 4, 8))

    assert refused(case, staff["clerk"], "send_up", date(2024, 4, 14)) == {"too_early"}
    step(case, staff["clerk"], "send_up", date(2024, 4, 15))


def test_an_objection_pauses_and_publicity_begins_anew(case, staff):
    to_publicity(case, staff)
    step(case, staff["clerk"], "object", DAY + timedelta(3), reason="邻居反映有车")
    assert refused(case, staff["clerk"], "send_up", DAY + timedelta(30)) == {"no_such_step"}

    step(case, staff["leader"], "settle_objection", DAY + timedelta(10), reason="车辆已过户")
    step(case, staff["leader"], "opine_again", DAY + timedelta(10), reason="维持原意见", details=DUE)
    step(case, staff["clerk"], "publish", DAY + timedelta(11))

    assert refused(case, staff["clerk"], "send_up", DAY + timedelta(17)) == {"too_early"}
    step(case, staff["clerk"], "send_up", DAY + timedelta(18))


def test_nobody_confirms_what_they_surveyed(case, staff):
    to_publicity(case, staff)
    step(case, staff["clerk"], "send_up", DAY + timedelta(8))

    for name in ("clerk", "second", "leader"):
        codes = refused(case, staff[name], "confirm", DAY + timedelta(9), decides=(staff[name], "grant"))
        assert codes == {"same_person", "no_power"}


def test_a_machine_refuses_nobody(case, staff):
    to_publicity(case, staff)
    step(case, staff["clerk"], "send_up", DAY + timedelta(8))

    codes = refused(
        case,
        "系统",
        "refuse",
        DAY + timedelta(9),
        reason="自动",
        decides=(staff["approver"],),
    )

    assert codes == {"needs_person"}
    assert refused(case, staff["approver"], "refuse", DAY + timedelta(9)) == {
        "needs_reason",
        "needs_decision",
    }


def test_steps_that_must_come_first_are_named(case, staff):
    for action in ("submit", "accept"):
        step(case, staff["clerk"], action, DAY)

    with pytest.raises(StepRefused, match="请先完成“入户调查”"):
        step(case, staff["leader"], "opine", DAY)


def test_a_stale_page_is_told_what_happened_since(case, staff):
    step(case, staff["clerk"], "submit", DAY)

    with pytest.raises(StaleCase) as trouble:
        actions.take_step(by=staff["second"], case=case, action="withdraw", on=DAY, seen=0)

    assert [row.action for row in trouble.value.steps] == ["submit"]


def test_the_same_form_twice_is_one_case(case, staff):
    opening = Opening("DB-2", case.division, case.household_id, case.applicant_id, "counter", token="form-1")

    assert actions.open_case(by="test", procedure=PROCEDURE, opening=opening, on=DAY, form={}) == case


def test_a_special_cause_lengthens_the_clock(case, staff):
    for action in ("submit", "accept"):
        step(case, staff["clerk"], action, DAY)
    before = days_left_of(case, on=DAY, calendar=load_calendar())["whole"]

    actions.add_cause(by=staff["clerk"], case=case, cause="hukou_elsewhere", reason="户籍在外市")

    assert (before, days_left_of(case, on=DAY, calendar=load_calendar())["whole"]) == (20, 35)


def raw_step(case, action, to_state, by=None, **more):
    row = Case.objects.get(pk=case.pk)
    values = {"from_state": row.state, "number": row.last_step + 1, "on": DAY, "by_name": "sql", **more}
    with transaction.atomic():
        return Step.objects.create(case=row, action=action, to_state=to_state, by=by, **values)


@pytest.mark.parametrize(
    ("action", "to_state", "said"),
    [
        ("confirm", "approved", "case_no_such_step"),
        ("submit", "approved", "case_no_such_step"),
        ("invented", "submitted", "case_no_such_step"),
    ],
)
def test_the_database_alone_refuses_unlawful_steps(case, action, to_state, said):
    with pytest.raises(DatabaseError, match=said):
        raw_step(case, action, to_state)


def test_the_database_alone_holds_the_state_the_order_and_the_second_person(case, staff):
    with pytest.raises(DatabaseError, match="kernel_case_moves_by_steps"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="approved")
    with pytest.raises(DatabaseError, match="case_moved"):
        raw_step(case, "submit", "submitted", number=7)
    to_publicity(case, staff)
    with pytest.raises(DatabaseError, match="case_too_early"):
        raw_step(case, "send_up", "confirming", by=staff["clerk"])
    step(case, staff["clerk"], "send_up", DAY + timedelta(8))
    with pytest.raises(DatabaseError, match="case_needs_person"), transaction.atomic():
        raw_step(case, "refuse", "refused", reason="x", decision=a_decision(case, staff["approver"]))
    with pytest.raises(DatabaseError, match="case_same_person"), transaction.atomic():
        raw_step(
            case,
            "refuse",
            "refused",
            by=staff["second"],
            reason="x",
            decision=a_decision(case, staff["approver"]),
        )
    with pytest.raises(DatabaseError, match="kernel_row_stays"), transaction.atomic():
        Step.objects.filter(case=case).delete()
    with pytest.raises(DatabaseError, match="kernel_row_stays"), transaction.atomic():
        a_decision(case, staff["approver"])
        Decision.objects.update(amount=1)


def at_the_end():
    """What the database looks at when a transaction ends, now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def copied(decision):
    """The same decision once more, by plain SQL."""
    names = ", ".join(f'"{row.column}"' for row in Decision._meta.concrete_fields if row.column != "id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO kernel_decision ({names}) SELECT {names} FROM kernel_decision WHERE id = %s",
            [decision.pk],
        )


def test_the_database_alone_keeps_no_decision_that_is_not_a_step_of_its_case(case, staff):
    to_publicity(case, staff)
    step(case, staff["clerk"], "send_up", DAY + timedelta(8))
    by, late = staff["approver"], DAY + timedelta(9)
    with pytest.raises(DatabaseError, match="decision_without_step"), transaction.atomic():
        a_decision(case, by, "grant")
        at_the_end()
    decision = a_decision(case, by, "grant")
    step(case, by, "confirm", late, decision=decision)
    at_the_end()

    with pytest.raises(DatabaseError, match="decision_without_step"), transaction.atomic():
        copied(decision)
        at_the_end()

    assert Decision.objects.filter(case_number=case.number).count() == 1


def test_the_database_alone_lets_no_decision_ride_on_a_step_that_decides_nothing_or_serve_twice(case, staff):
    by = staff["approver"]
    with pytest.raises(DatabaseError, match="decision_without_step"), transaction.atomic():
        raw_step(case, "submit", "submitted", by=by, decision=a_decision(case, by))
        at_the_end()
    with pytest.raises(DatabaseError, match="step_decides_once"), transaction.atomic():
        decision = a_decision(case, by)
        raw_step(case, "submit", "submitted", by=by, decision=decision)
        raw_step(case, "accept", "accepted", by=by, decision=decision)


RARE = {"withdraw", "terminate", "object", "ask_for_more", "return_for_fix", "return_to_field"}
TRIED_ANYWAY = 0.08
"""Of the attempts that the guards refuse in memory so many are made through the action as well."""


def test_random_histories_never_skip_eyes_publicity_or_a_decision(staff):
    """A hundred and twenty cases in which people try anything, each attempt weighed in memory and taken in the database.

    What goes through in memory goes through there, with the same state and the same clocks; what is refused is refused.
    """
    dice, ends = random.Random(20261124), set()
    people = [reader_for(user, DAY) for user in staff.values()]
    home = a_household("H1", "371002001001", person := a_person("王秀英", serial=1))
    for number in range(120):
        opening = Opening(f"R-{number}", "371002001001", home.pk, person.pk, "counter")
        case = actions.open_case(by="test", procedure=PROCEDURE, opening=opening, on=DAY, form={})
        walk = Walk(PROCEDURE, day=DAY)
        for _ in range(80):
            ways = PROCEDURE.steps_from(walk.state)
            if not ways:
                break
            try_anything(dice, case, walk, people, ways)
        assert unlawful(walk) == []
        check(case)
        assert clocks_of(case) == walk.clocks
        ends.add(case.state)
    assert {"approved", "refused", "withdrawn"} <= ends


def try_anything(dice, case, walk, people, ways):
    by = dice.choice([*people, *people, people[-1], None])
    likely = [way for way in ways if way.action not in RARE or dice.random() < 0.03]
    lawful = dice.choice(likely or ways).action
    action = lawful if dice.random() < 0.9 else dice.choice(PROCEDURE.transitions).action
    beside = dice.choice([one.user for one in people if one is not by])
    reason, decides = dice.choice(["", "因为"]), by is not None and dice.random() < 0.5
    walk.day += timedelta(dice.choice([0, 0, 1, 4]))
    taken = walk.attempt(
        action,
        {beside.pk} | ({by.user.pk} if by else set()),
        is_person=by is not None,
        reason=reason,
        has_decision=decides,
        publicity="due",
        powers=by.powers if by else None,
    )
    more = {
        "reason": reason,
        "beside": beside,
        "details": DUE if action.startswith("opine") else None,
        "decision": None,
    }
    if taken:
        way = PROCEDURE.step(walk.events[-1].source, action)
        more["decision"] = a_decision(case, by.user) if decides and way.decides else None
        step(case, by or "系统", action, walk.day, **more)
        assert case.last_step == len(walk.events) - 1
    elif dice.random() < TRIED_ANYWAY:
        with pytest.raises(StepRefused), transaction.atomic():
            more["decision"] = a_decision(case, by.user) if decides else None
            step(case, by or "系统", action, walk.day, **more)


def check(case):
    case.refresh_from_db()
    taken = list(case.steps.order_by("number"))
    for clock in case.clocks.all():
        assert clock.due >= clock.first_day
        assert clock.stopped_on is None or clock.stopped_on >= clock.first_day
    if case.state in ("refused", "terminated"):
        assert taken[-1].by_id and taken[-1].decision_id and taken[-1].reason
    if case.state in ("approved", "refused", "transferred"):
        looked = {row.by_id for row in taken if row.action in ("record_survey", "opine", "opine_again")}
        assert taken[-1].by_id not in looked
        shown = max(row.on for row in taken if row.action == "publish")
        assert next(row.on for row in reversed(taken) if row.action == "send_up") - shown >= timedelta(7)


def test_the_ways_on_say_what_is_open_and_what_hinders(case, staff):
    to_publicity(case, staff)
    case.refresh_from_db()

    ways = {way.step.action: way for way in ways_on(case, by=staff["clerk"], on=DAY)}

    assert ways["object"].is_open
    assert not ways["send_up"].is_open
    assert "期满" in ways["send_up"].obstacles[0].words
