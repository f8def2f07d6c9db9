"""E08, metamorphic: in whatever order words come, in whatever pieces, and however runs are cut, a month ends up with what is due."""

import random
from datetime import date

import pytest
from django.db import connection

from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs import computing
from anmin.lib.calendar import add_months
from tests.kernel.payments.money import COUNTY, DIBAO
from tests.kernel.payments.test_amounts_are_right import households

pytestmark = pytest.mark.django_db
START, MONTHS = date(2024, 1, 1), 12
BOOKS = """
SELECT entitlement, month, sum(fen)::bigint FROM (
    SELECT entitlement, month, fen FROM kernel_paypart WHERE is_live AND basis = 'basic'
    UNION ALL SELECT entitlement, month, -fen FROM kernel_recoverymonth
) AS moved GROUP BY 1, 2 HAVING sum(fen) <> 0
"""


def month_of(number):
    return add_months(START, number)


def a_truth(dice):
    """Spans of months with their fen, one after the other, some of nothing; what is true in the end."""
    spans, at = [], dice.randrange(0, 4)
    while at < MONTHS and len(spans) < 5:
        last = min(MONTHS - 1, at + dice.randrange(0, 5))
        spans.append((at, last, dice.choice((0, dice.randrange(1, 200_000)))))
        at = last + 1
    return spans


def words_about(spans, dice):
    """When each span is learned, in any order: often first with a wrong amount, and corrected later."""
    words = []
    for first, last, fen in spans:
        known = dice.randrange(0, MONTHS)
        if dice.random() < 0.5:
            words.append((dice.randrange(0, known + 1), first, last, dice.randrange(1, 200_000)))
        words.append((known, first, last, fen))
    return words


def in_pieces(spans):
    """The same with every span cut into its months."""
    return [(month, month, fen) for first, last, fen in spans for month in range(first, last + 1)]


def tell(decision, words):
    """Write what is learned in a month: the amounts of just these months, whatever stood there."""
    with connection.cursor() as cursor:
        for entitlement, first, last, fen in words:
            cursor.execute(
                "DELETE FROM kernel_amount WHERE entitlement_id = %s AND first_month BETWEEN %s AND %s",
                [entitlement, month_of(first), month_of(last)],
            )
            cursor.execute(
                "INSERT INTO kernel_amount (entitlement_id, first_month, last_month, fen, decision_id) VALUES (%s, %s, %s, %s, %s)",
                [entitlement, month_of(first), month_of(last), fen, decision.pk],
            )


def entitled(decision, homes):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_entitlement (benefit, division, level, household_id, state, first_day, begun_by_id)"
            " SELECT %s, '371002001001', 1, home, 'active', %s, %s FROM unnest(%s::bigint[]) AS one(home) RETURNING id",
            [DIBAO, START, decision.pk, homes],
        )
        return [row[0] for row in cursor.fetchall()]


def paid(decision, keys, stories, months):
    """What the books say of every month once the runs of some months were computed: paid less what was found."""
    told = 0
    for now in months:
        since = [
            (key, first, last, fen)
            for key, words in zip(keys, stories, strict=True)
            for learned, first, last, fen in sorted(words, key=lambda one: one[0])
            if told <= learned <= now
        ]
        tell(decision, since)
        told = now + 1
        run = runs.lock_roster(
            by="test", division=COUNTY, month=month_of(now), benefits=[DIBAO], on=month_of(now)
        )
        runs.compute(by="test", run=run, on=month_of(now))
    with connection.cursor() as cursor:
        cursor.execute(BOOKS)
        return {(key, month): fen for key, month, fen in cursor.fetchall()}


def due(keys, truths):
    return {
        (key, month_of(month)): fen
        for key, spans in zip(keys, truths, strict=True)
        for month, _month, fen in in_pieces(spans)
        if fen
    }


def books(seed, *, number=60, pieces=False, months=range(MONTHS)):
    """The same truths, told to the same families in an order of the seed's; what the books say and what is due."""
    same = random.Random(2026)
    truths = [a_truth(same) for _ in range(number)]
    decision, homes = households(number)
    keys = entitled(decision, homes)
    dice = random.Random(seed)
    stories = [words_about(in_pieces(spans) if pieces else spans, dice) for spans in truths]
    return paid(decision, keys, stories, months), due(keys, truths)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_in_which_facts_arrive_does_not_change_what_a_month_ends_up_with(seed):
    found, wanted = books(seed)

    assert len(wanted) > 200
    assert found == wanted


def test_a_period_told_in_pieces_ends_up_as_the_whole():
    found, wanted = books(seed=1, pieces=True)

    assert found == wanted


@pytest.mark.parametrize("months", [(11,), (0, 11), (2, 3, 7, 11)])
def test_months_without_a_run_of_their_own_are_made_up_by_the_next(months):
    """Only the first run must come with the first month: what was decided before it was paid elsewhere."""
    found, wanted = books(seed=2, months=months)

    assert found == {
        (key, month): fen for (key, month), fen in wanted.items() if month >= month_of(months[0])
    }


WRONG = {
    "past months forgotten": (
        "greatest(amount.first_month, listed.first_month)",
        "greatest(amount.first_month, %(month)s)",
    ),
    "what was found is forgotten": (
        "coalesce(accrued.fen, 0) - coalesce(found.owed, 0) AS had, coalesce(found.kept, 0) AS kept",
        "coalesce(accrued.fen, 0) - coalesce(found.owed, 0) AS had, 0 AS kept",
    ),
    "paid again what stands in another run": ("part.is_live AND part.basis = 'basic'", "false"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_calculation_does_not_end_up_there(name, monkeypatch):
    right, mutant = WRONG[name]
    assert right in computing.DIFFERENCES
    monkeypatch.setattr(computing, "DIFFERENCES", computing.DIFFERENCES.replace(right, mutant))

    try:
        found, wanted = books(seed=3, number=20)
    except Exception as caught:  # the constraint on a month's parts may catch it first
        found, wanted = {"caught": str(caught)}, {}

    assert found != wanted
