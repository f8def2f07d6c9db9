"""Random histories of every matter: whatever people try, what goes through is lawful; spoilt procedures are caught."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.cases.matters import book, procedure_for
from tests.kernel.cases.walking import DAY, Walk, unlawful

PEOPLE = (1, 2, 3, 4)
CITIES = ("371002", "610602")
TRY = st.tuples(
    st.integers(0, 999),
    st.sampled_from(PEOPLE),
    st.sampled_from((0, *PEOPLE)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 9),
    st.sampled_from((0, 0, 1, 3, 8)),
)
RARE = {"withdraw", "terminate", "ask_for_more", "return_for_fix", "return_to_field", "back", "withdrawn"}
MACHINE = 0
"""Of ten attempts one is made by the system and not by a person."""


def walked(procedure, attempts):
    """A case on which people try this and that; mostly, but not only, what leads on from where it stands."""
    walk = Walk(procedure)
    for pick, by, beside, reason, decision, dice, days in attempts:
        ways = walk.procedure.steps_from(walk.state)
        if not ways:
            break
        likely = [way for way in ways if way.action not in RARE or dice == 9] or list(ways)
        everything = walk.procedure.transitions
        action = (everything if dice == 8 else likely)[pick % len(everything if dice == 8 else likely)].action
        walk.day += timedelta(days)
        is_person = dice != MACHINE
        takers = {by, beside} - {0} if is_person else set()
        walk.attempt(
            action,
            takers,
            is_person=is_person,
            reason="因为" if reason else "",
            has_decision=decision,
            publicity="due" if pick % 2 else "not_due",
        )
    return walk


@pytest.mark.parametrize("matter", book().matters)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(attempts=st.lists(TRY, min_size=20, max_size=90), city=st.sampled_from(CITIES))
def test_no_history_skips_a_person_a_step_other_eyes_or_publicity(matter, attempts, city):
    walk = walked(procedure_for(matter, city, DAY), attempts)

    assert unlawful(walk) == []


def spoilt(procedure, **change):
    """A procedure in which every step lost one of its guards."""
    steps = tuple(replace(step, **change) for step in procedure.transitions)
    return replace(procedure, transitions=steps)


@pytest.mark.parametrize(
    ("change", "caught"),
    [
        ({"decides": False, "adverse": False, "reason": False, "other_than": ()}, "without"),
        ({"other_than": ()}, "surveyed or opined"),
        ({"not_before": ""}, "cut short"),
        ({"second": False}, "survey by one"),
        ({"after": ()}, "skipped"),
        ({"publicity": ""}, "without the publicity"),
    ],
)
def test_a_procedure_without_a_guard_is_caught(change, caught):
    """The wrong variants: each must show within three hundred histories."""
    procedure, found = spoilt(procedure_for("dibao", "371002", DAY), **change), Counter()

    for seed in range(300):
        walk = walked(procedure, attempts_of(seed))
        found.update(unlawful(walk))

    assert any(caught in what for what in found), found


def from_the_first_day(clock, on, calendar):
    """A clock that goes on as if the pause had not been, by what was left: far overdue it is due before it began."""
    return (
        clock
        if clock.left is None
        else replace(clock, due=clock.first_day + timedelta(clock.left), left=None)
    )


def stopped_before(clock, on):
    """A clock that is stopped with the day on which it was looked up and not with that of the step."""
    return replace(clock, stopped_on=DAY - timedelta(1))


@pytest.mark.parametrize(("name", "wrong"), [("resume", from_the_first_day), ("stop", stopped_before)])
def test_a_clock_that_runs_backwards_is_caught(monkeypatch, name, wrong):
    monkeypatch.setattr(f"anmin.kernel.cases.clocks.{name}", wrong)
    procedure, found = procedure_for("dibao", "371002", DAY), Counter()

    for seed in range(300):
        found.update(unlawful(walked(procedure, attempts_of(seed))))

    assert any("is negative" in what for what in found), found


def attempts_of(seed):
    dice = random.Random(seed)
    return [
        (
            dice.randrange(1000),
            dice.choice(PEOPLE),
            dice.choice((0, *PEOPLE)),
            dice.random() < 0.8,
            dice.random() < 0.8,
            dice.randrange(10),
            dice.choice((0, 0, 1, 3, 8)),
        )
        for _ in range(120)
    ]


def test_lawful_histories_reach_every_kind_of_end():
    """A test that never gets anywhere would prove nothing."""
    ends = Counter(
        walked(procedure_for("dibao", "371002", DAY), attempts_of(seed)).state for seed in range(400)
    )

    assert {"approved", "refused", "transferred", "withdrawn", "terminated"} <= set(ends), ends
