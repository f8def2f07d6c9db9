"""A benefit paid by the year is taken over as such: the year that was paid elsewhere is not paid again, the next one is."""

from datetime import date

import pytest

from anmin.kernel.cases.takeover.queries import by_town, figures
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.cases.takeover.lists import (
    AGE,
    YEARLY,
    a_line,
    a_measuring,
    carried,
    confirmer,
    sender,
    taken_in,
    with_card,
)
from tests.kernel.payments.money import TODAY, a_budget, a_family, a_fund, a_run, approved

pytestmark = pytest.mark.django_db
NOV = date(2026, 11, 1)
KEY = "elderly/age_allowance_yearly"


def an_old_woman(**other):
    """A hundred yuan a year since 2019, which Weihai pays in October."""
    return a_line(**{"benefit": YEARLY, "period": "年", "fen": "100", **other})


@pytest.mark.parametrize(
    ("since", "last_paid", "due"),
    [
        ("2019-04-01", "2026-10", date(2027, 10, 1)),
        ("2019-04-01", "2026-09", date(2027, 10, 1)),
        ("2019-04-01", "2025-10", date(2026, 10, 1)),
        ("2019-04-01", "2025-12", date(2026, 10, 1)),
        ("2026-08-01", "2026-07", date(2026, 10, 1)),
        ("2026-11-01", "2026-10", date(2027, 10, 1)),
    ],
)
def test_the_first_year_here_is_the_next_that_falls_due_and_was_not_paid(tmp_path, since, last_paid, due):
    a_family(card=False)

    carried(tmp_path, an_old_woman(since=since, last_paid=last_paid), by=sender(), second=confirmer())

    (amount,) = Amount.objects.all()
    assert (amount.first_month, amount.last_month, amount.year, amount.fen) == (due, due, due.year, 10_000)
    assert Entitlement.objects.get().benefit == KEY


def test_a_year_that_was_not_paid_elsewhere_is_paid_by_the_first_run_and_once(tmp_path):
    a_family("H1", "王秀英", serial=1, card=False)
    a_family("H2", "李建国", serial=2, card=False)
    carried(
        tmp_path,
        an_old_woman(last_paid="2025-10", **with_card(1)),
        an_old_woman(identity=a_line(20)["identity"], name="李建国", last_paid="2026-10", **with_card(2)),
        by=sender(),
        second=confirmer(),
    )
    own = a_fund(key="own", source="county", uses=("elderly/*",), title="区级老龄资金")
    a_budget(10_000_00, use="elderly/*", fund=own)

    run = approved(a_run(NOV, by="test", on=TODAY, benefits=(KEY,)))

    (line,) = run.lines.all()
    assert (line.fen, line.household.number) == (10_000, "H1")
    assert [(part.month, part.fen) for part in line.parts.all()] == [(date(2026, 10, 1), 10_000)]


def test_the_short_title_means_the_allowance_of_the_period_that_the_row_gives(tmp_path):
    a_family(card=False)

    batch = taken_in(tmp_path, an_old_woman(benefit=AGE), by=sender())

    assert batch.rows.get().benefit == KEY


def test_a_year_s_sum_is_in_no_month_s_figure(tmp_path):
    a_family("H1", "王秀英", serial=1, card=False)
    a_family("H2", "李建国", serial=2, card=False)
    a_measuring()
    by = sender()

    batch = taken_in(tmp_path, an_old_woman(), a_line(20, "李建国"), by=by)

    found, (town,) = figures(by, batch), by_town(by, batch)
    assert (found.fen, found.fen_year, town.fen) == (86_000, 10_000, 86_000)


def test_the_words_say_by_the_year(tmp_path):
    a_family(card=False)

    carried(tmp_path, an_old_woman(), by=sender(), second=confirmer())

    assert "每年 100 元，金额照原决定" in Entitlement.objects.get().begun_by.reason


def test_where_nobody_has_said_in_which_month_it_is_due_the_row_comes_back(tmp_path, monkeypatch):
    a_family(card=False)
    book = rulebook()
    rates = {key: rows for key, rows in book.rates.entries.items() if key[0] != "age_allowance_yearly_month"}
    monkeypatch.setattr(book.rates, "entries", rates)

    batch = taken_in(tmp_path, an_old_woman(), by=sender())

    row = batch.rows.get()
    assert (row.state, row.column, row.code) == ("rejected", "待遇", "rate_missing")
