"""E08: random histories of households come out as an independently written oracle has them, to the fen, every month."""

import random
from datetime import date
from itertools import zip_longest

import pytest
from django.db import IntegrityError, connection

from anmin.kernel.access.models import User
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs import computing
from anmin.kernel.payments.runs.differences import difference_sums, total_before
from anmin.kernel.payments.runs.models import PayLine
from anmin.lib.calendar import add_months
from tests.kernel.payments.money import COUNTY, DIBAO, a_grant, decided
from tests.kernel.payments.oracle import card
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
START, MONTHS = date(2024, 1, 1), 18


def month_of(number):
    return add_months(START, number)


def a_history(dice):
    """A benefit that begins, rises, falls, is suspended and resumed, fades and ends; words come early, late and corrected."""
    begun = dice.randrange(0, 6)
    events = [
        (dice.randrange(max(0, begun - 1), begun + 4), "amount", begun, None, dice.randrange(1, 2_000) * 100)
    ]
    learned = events[0][0]
    for _ in range(dice.randrange(0, 7)):
        learned = min(learned + dice.randrange(0, 4), MONTHS - 1)
        first = max(begun, learned + dice.choice((1, 0, 0, -1, -2, -5)))
        kind = dice.random()
        if kind < 0.55:
            events.append((learned, "amount", first, None, dice.randrange(1, 200_000)))
        elif kind < 0.7:
            events.append((learned, "amount", first, None, 0))
        elif kind < 0.9:
            events.append(
                (learned, "amount", first, first + dice.randrange(0, 6), dice.randrange(1, 200_000))
            )
        else:
            events.append((learned, "end", first, None, 0))
            break
    return events


def write(decision, events):
    """An event of each of many entitlements as rows of dated amounts, by SQL: what actions write, without their thousand acts."""
    keys = [key for key, _event in events]
    firsts = [month_of(first) for _key, (_learned, _what, first, _last, _fen) in events]
    befores = [month_of(first - 1) for _key, (_learned, _what, first, _last, _fen) in events]
    given = [
        (key, month_of(first), None if last is None else month_of(last), fen)
        for key, (_learned, what, first, last, fen) in events
        if what == "amount"
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_amount AS amount USING unnest(%s::bigint[], %s::date[]) AS event(entitlement, first)"
            " WHERE amount.entitlement_id = event.entitlement AND amount.first_month >= event.first",
            [keys, firsts],
        )
        cursor.execute(
            "UPDATE kernel_amount AS amount SET last_month = event.before"
            " FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS event(entitlement, first, before)"
            " WHERE amount.entitlement_id = event.entitlement"
            " AND (amount.last_month IS NULL OR amount.last_month >= event.first)",
            [keys, firsts, befores],
        )
        if given:
            cursor.execute(
                "INSERT INTO kernel_amount (entitlement_id, first_month, last_month, fen, decision_id)"
                " SELECT entitlement, first, last, fen, %s"
                " FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::bigint[]) AS event(entitlement, first, last, fen)",
                [decision, *map(list, zip(*given, strict=True))],
            )


def learned_in(now, keys, stories):
    """What is learned in a month, in turns: each entitlement once a turn, its own events in their order."""
    of_key = [
        [(key, event) for event in story if event[0] == now] for key, story in zip(keys, stories, strict=True)
    ]
    for turn in zip_longest(*(events for events in of_key if events)):
        yield [one for one in turn if one is not None]


def households(number):
    """So many households with a head, as quickly as the register allows."""
    by = a_user("jueding", COUNTY)
    person = a_person("王秀英", serial=1)
    model = a_household("H0", "371002001001", person)
    decision = decided(model, "grant", date(2023, 12, 20), 1, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_household (number, division, address, settlement, level, first_day, version, learned_at)"
            " SELECT 'R' || n, '371002001001', ''::bytea, 0, 1, '2020-01-01', 1, now() FROM generate_series(1, %s) AS n RETURNING id",
            [number],
        )
        homes = [row[0] for row in cursor.fetchall()]
    return decision, homes


def simulate(seed, number, monkeypatch=None):
    """Pay histories month by month and return (paid, found) per entitlement, beside what the oracle says."""
    dice = random.Random(seed)
    decision, homes = households(number)
    stories = [a_history(dice) for _ in homes]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_entitlement (benefit, division, level, household_id, state, first_day, begun_by_id)"
            " SELECT %s, '371002001001', 1, home, 'active', first, %s FROM unnest(%s::bigint[], %s::date[]) AS one(home, first) RETURNING id",
            [DIBAO, decision.pk, homes, [month_of(story[0][2]) for story in stories]],
        )
        keys = [row[0] for row in cursor.fetchall()]
    got = {key: ({}, {}) for key in keys}
    totals = []
    for now in range(MONTHS):
        for events in learned_in(now, keys, stories):
            write(decision.pk, events)
        run = runs.lock_roster(
            by="test", division=COUNTY, month=month_of(now), benefits=[DIBAO], on=month_of(now)
        )
        done = runs.compute(by="test", run=run, on=month_of(now))
        before = total_before(run)
        totals.append((sum(one.fen for one in difference_sums(run)), done.fen - before))
        for entitlement, fen in PayLine.objects.filter(run=run).values_list("entitlement", "fen"):
            got[entitlement][0][now] = fen
        for entitlement, fen in Recovery.objects.filter(run=run).values_list("entitlement", "fen"):
            got[entitlement][1][now] = fen
    wanted = {key: card(story, range(MONTHS)) for key, story in zip(keys, stories, strict=True)}
    wrong = {
        key: (stories[keys.index(key)], got[key], wanted[key])
        for key in keys
        if [{m: f for m, f in side.items() if f} for side in wanted[key]] != [dict(side) for side in got[key]]
    }
    return wrong, totals, sum(len(story) for story in stories)


@pytest.mark.parametrize("seed", range(10))
def test_every_month_of_ten_thousand_random_histories_is_right_and_explained_to_the_fen(seed):
    wrong, totals, events = simulate(seed=seed, number=1_000)

    assert events > 3_000
    assert wrong == {}
    assert all(explained == change for explained, change in totals)


WRONG = {
    "paid again whatever was accrued": ("due - had AS more", "due AS more"),
    "one month too many at the end": (
        "coalesce(amount.last_month, %(month)s)",
        "coalesce(amount.last_month + 31, %(month)s)",
    ),
    "past months forgotten": (
        "greatest(amount.first_month, listed.first_month)",
        "greatest(amount.first_month, %(month)s)",
    ),
    "found anew every month": ("had - due - kept AS less", "had - due AS less"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_calculation_is_noticed(name, monkeypatch):
    """The wrong variants: the experiment must catch each of them."""
    right, mutant = WRONG[name]
    assert right in computing.DIFFERENCES
    monkeypatch.setattr(computing, "DIFFERENCES", computing.DIFFERENCES.replace(right, mutant))

    try:
        wrong, _totals, _events = simulate(seed=7, number=60)
    except IntegrityError as caught:  # the constraint on a month's parts may catch it first
        wrong = {"constraint": str(caught)}

    assert wrong


def test_actions_write_the_amounts_that_the_oracle_thinks_of():
    """The same through decisions and actions, for a story of every kind of change."""
    person = a_person("王秀英", serial=1)
    home = a_household("H1", "371002001001", person)
    row = a_grant(home, 500_00, START, on=date(2024, 1, 1))
    story = [(0, "amount", 0, None, 500_00)]
    paid, found = {}, {}
    changes = {
        2: ("change", 1, 700_00),
        4: ("suspend", 5, 0),
        7: ("resume", 5, 700_00),
        9: ("reduce", 8, 300_00),
        12: ("fade", 13, 300_00),
    }
    for now in range(MONTHS):
        if now in changes:
            what, first, fen = changes[now]
            decision = decided(home, "change" if what == "fade" else what, month_of(now), fen)
            given = {
                "by": User.objects.get(username="jueding"),
                "decision": decision,
                "entitlement": row,
                "first_month": month_of(first),
            }
            if what == "suspend":
                entitlements.suspend(**given)
            elif what == "resume":
                entitlements.resume(**given, fen=fen)
            elif what == "fade":
                entitlements.fade(**given, last_month=month_of(first + 2), fen=fen)
            else:
                entitlements.change_amount(**given, fen=fen)
            story.append((now, "amount", first, first + 2 if what == "fade" else None, fen))
        run = runs.lock_roster(
            by="test", division=COUNTY, month=month_of(now), benefits=[DIBAO], on=month_of(now)
        )
        runs.compute(by="test", run=run, on=month_of(now))
        paid[now] = sum(PayLine.objects.filter(run=run).values_list("fen", flat=True))
        found[now] = sum(Recovery.objects.filter(run=run).values_list("fen", flat=True))

    wanted = card(story, range(MONTHS))
    assert [paid, found] == list(wanted)
