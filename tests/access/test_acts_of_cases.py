"""E26 along a case: every step is written down once by whoever took it, and is not taken where it cannot be."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.cases.actions import StepRefused
from tests.access.acting import last_number, state
from tests.kernel.cases.road import Road, a_family, town_staff

pytestmark = pytest.mark.django_db
TABLES = (
    *(
        "case",
        "step",
        "caseclock",
        "casefact",
        "casemember",
        "decision",
        "entitlement",
        "amount",
        "publicity",
    ),
    *("application", "consent", "draft", "sample"),
)
STAGES = [
    "accept",
    "start_check",
    "record_check",
    "start_survey",
    "survey",
    "adopt",
    "opine",
    "publish",
    "send_up",
    "confirm",
]
BY = {
    "start_check": "checker",
    "record_check": "checker",
    "adopt": "leader",
    "opine": "leader",
    "confirm": "approver",
}


def a_road():
    home, _people = a_family(("王秀英", 1950), ("李建国", 1948))
    return Road.begin(home, town_staff())


def take(road, stage):
    """Take one stage; the case stands before it."""
    if stage in ("start_check", "record_check"):
        road.step("checker", stage)
    elif stage == "start_survey":
        road.step("clerk", stage)
    elif stage == "survey":
        road.survey_again()
    elif stage == "adopt":
        road.adopt_all()
    elif stage == "send_up":
        road.day += timedelta(8)
        road.send_up()
    else:
        getattr(road, stage)()


def walked_to(stage):
    """A case that stands before a stage."""
    road = a_road()
    for one in STAGES[: STAGES.index(stage)]:
        take(road, one)
    return road


@pytest.mark.parametrize("stage", STAGES)
def test_a_step_is_written_down_once_by_whoever_took_it_and_not_taken_with_a_broken_book(stage, monkeypatch):
    road = walked_to(stage)
    who, before, last = road.staff[BY.get(stage, "clerk")], state(TABLES), last_number()

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_book() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the book cannot be written to'; END $$"
        )
    day = road.day
    with pytest.raises(DatabaseError, match="cannot be written"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON kernel_act FOR EACH ROW EXECUTE FUNCTION no_book()"
            )
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        take(road, stage)
    after_refusal, road.day = state(TABLES), day
    take(road, stage)

    rows = list(Act.objects.filter(number__gt=last))
    assert after_refusal == before
    assert state(TABLES) != before or stage == "adopt"
    assert rows != [] and {row.by for row in rows} == {who}
    assert {row.result for row in rows} == {"done"}
    assert len({(row.act, row.subject_id) for row in rows}) == len(rows)


def test_whoever_gave_the_opinion_does_not_confirm_and_nothing_changes():
    road = walked_to("confirm")
    before = state(TABLES)

    with pytest.raises(StepRefused), transaction.atomic():
        road.confirm(who="leader")

    assert state(TABLES) == before


def test_a_step_that_nobody_writes_down_is_noticed(monkeypatch):
    """The wrong variant."""
    road, last = walked_to("accept"), last_number()
    monkeypatch.setattr("anmin.kernel.cases.actions.audit.record", lambda **_told: None)
    monkeypatch.setattr("anmin.kernel.cases.intake.actions.audit.record", lambda **_told: None)

    take(road, "accept")

    assert list(Act.objects.filter(number__gt=last)) == []
