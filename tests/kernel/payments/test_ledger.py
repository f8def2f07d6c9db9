"""The ledger: unbalanced, repeated, changed, late or uncovered postings are impossible, by whatever way they come."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.payments.ledger import actions as ledger
from anmin.kernel.payments.ledger.actions import Posting
from anmin.kernel.payments.ledger.models import LedgerEntry, LedgerLine
from anmin.kernel.payments.ledger.queries import balance, trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from tests.kernel.payments.money import COUNTY, TODAY, a_budget, approver, finance
from tests.make import a_user

pytestmark = pytest.mark.django_db


def post(fen=100, source="test:1", on=TODAY, **given):
    line = given.pop("line", None)
    lines = [Posting("blocked", fen, line), Posting("available", -fen, line)]
    return ledger.post(
        by="test",
        division=COUNTY,
        on=on,
        kind="test",
        source=source,
        lines=given.pop("lines", lines),
        **given,
    )


def by_sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_comes_is_there_and_the_books_add_up_to_nought():
    line = a_budget(1_000_00)

    post(300_00, line=line.pk)

    assert balance(line.pk) == 700_00
    assert trial_balance(COUNTY) == {"appropriation": -1_000_00, "available": 700_00, "blocked": 300_00}


def test_an_unbalanced_posting_is_refused_before_and_by_the_database():
    with pytest.raises(PaymentProblem, match="借贷不平"):
        post(lines=[Posting("spent", 5), Posting("transit", -4)])
    entry = post()

    with pytest.raises(DatabaseError, match="ledger_entry_is_complete"), transaction.atomic():
        by_sql("SET CONSTRAINTS ALL IMMEDIATE")
        with connection.cursor() as cursor:  # as though the entry were of another transaction
            cursor.execute("ALTER TABLE kernel_ledgerentry DISABLE TRIGGER USER")
            cursor.execute("UPDATE kernel_ledgerentry SET tx = 1 WHERE id = %s", [entry.pk])
            cursor.execute("ALTER TABLE kernel_ledgerentry ENABLE TRIGGER USER")
        LedgerLine.objects.create(entry=entry, account="spent", division=COUNTY, fen=7)
    with pytest.raises(DatabaseError, match="ledger_unbalanced"):
        by_sql(
            'WITH made AS (INSERT INTO kernel_ledgerentry (division, "on", kind, source, document, note, at)'
            " VALUES ('371002', '2026-11-25', 'x', 'sql:1', '', '', now()) RETURNING id)"
            " INSERT INTO kernel_ledgerline (entry_id, account, division, level, benefit, fen)"
            " SELECT id, 'spent', '371002', 0, '', 100 FROM made"
        )


def test_lines_of_a_selection_that_do_not_add_up_are_refused_at_once():
    one = "SELECT %s, %s, 0, NULL::bigint, '', {fen}::bigint AS fen, NULL::bigint, NULL::bigint"
    with pytest.raises(PaymentProblem, match="借贷不平"), transaction.atomic():
        ledger.post_select(
            by="test",
            division=COUNTY,
            on=TODAY,
            kind="test",
            source="test:1",
            select=f"{one.format(fen=5)} UNION ALL {one.format(fen=-4)}",
            values=["spent", COUNTY, "transit", COUNTY],
        )
    assert not LedgerEntry.objects.exists()


def test_a_selection_of_nothing_or_of_noughts_posts_no_entry():
    one = "SELECT 'spent', %s, 0, NULL::bigint, '', {fen}::bigint AS fen, NULL::bigint, NULL::bigint WHERE {is_there}"
    for fen, is_there in ((5, "false"), (0, "true")):
        made = ledger.post_select(
            by="test",
            division=COUNTY,
            on=TODAY,
            kind="test",
            source="test:1",
            select=one.format(fen=fen, is_there=is_there),
            values=[COUNTY],
        )
        assert made is None

    assert not LedgerEntry.objects.exists()


def test_the_same_event_is_posted_once():
    post(source="run:1:block:1")

    with pytest.raises(PaymentProblem) as refused:
        post(source="run:1:block:1")

    assert refused.value.code == "kernel_ledgerentry_source"
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_ledgerline SET fen = fen * 2",
        "DELETE FROM kernel_ledgerline",
        "UPDATE kernel_ledgerentry SET kind = 'y'",
        "DELETE FROM kernel_ledgerentry",
    ],
)
def test_posted_rows_are_never_changed(statement):
    post()

    with pytest.raises(DatabaseError, match="kernel_row_stays"):
        by_sql(statement)


def test_money_that_is_not_there_cannot_be_blocked():
    line = a_budget(100_00)

    with pytest.raises(PaymentProblem) as refused:
        post(100_01, line=line.pk)

    assert refused.value.code == "ledger_short"
    assert "还差 0.01 元" in str(refused.value)
    assert balance(line.pk) == 100_00


def test_a_reversal_restores_the_balances_and_happens_once():
    line = a_budget(100_00)
    entry = post(40_00, line=line.pk)

    with pytest.raises(PaymentProblem, match="理由"):
        ledger.reverse(by="test", entry=entry, on=TODAY, source="test:1:back", reason=" ")
    ledger.reverse(by="test", entry=entry, on=TODAY, source="test:1:back", reason="记错批次")

    assert balance(line.pk) == 100_00
    with pytest.raises(PaymentProblem, match="已经冲销"):
        ledger.reverse(by="test", entry=entry, on=TODAY, source="test:1:back2", reason="再来一次")
    with pytest.raises(IntegrityError):
        LedgerEntry.objects.create(division=COUNTY, on=TODAY, kind="x", source="x", reverses=entry)


def test_a_closed_month_takes_no_more_postings_until_two_people_open_it():
    clerk, other = finance(), a_user("li", COUNTY)
    post(on=date(2026, 10, 30))
    with pytest.raises(PaymentProblem, match="还没有结束"):
        ledger.close_period(by=clerk, beside=other, division=COUNTY, month=date(2026, 11, 1), on=TODAY)
    with pytest.raises(PaymentProblem, match="两人"):
        ledger.close_period(by=clerk, beside=clerk.user, division=COUNTY, month=date(2026, 10, 1), on=TODAY)

    closing = ledger.close_period(by=clerk, beside=other, division=COUNTY, month=date(2026, 10, 1), on=TODAY)

    for day in (date(2026, 10, 31), date(2026, 9, 1)):
        with pytest.raises(PaymentProblem) as refused:
            post(on=day, source=f"late:{day}")
        assert refused.value.code == "ledger_period_closed"
    post(on=date(2026, 11, 1), source="next month")
    with pytest.raises(PaymentProblem, match="写明理由"):
        ledger.reopen_period(by=clerk, beside=other, closing=closing, on=TODAY, reason=" ")
    ledger.reopen_period(by=clerk, beside=other, closing=closing, on=TODAY, reason="漏记一笔退票")
    post(on=date(2026, 10, 31), source="after opening")
    assert closing.sums == {"available": -100, "blocked": 100}
    assert set(Act.objects.filter(act__startswith="payments.").values_list("act", flat=True)) >= {
        "payments.close_period",
        "payments.reopen_period",
    }


def test_a_month_is_closed_from_the_first_of_the_next_on():
    clerk, other = finance(), a_user("li", COUNTY)
    post(on=date(2026, 10, 30))
    month = {"by": clerk, "beside": other, "division": COUNTY, "month": date(2026, 10, 1)}

    with pytest.raises(PaymentProblem) as refused:
        ledger.close_period(**month, on=date(2026, 10, 31))

    assert refused.value.code == "period_open_month"
    assert ledger.close_period(**month, on=date(2026, 11, 1)).entries == 1


def test_what_a_closing_keeps_is_the_entries_of_the_month_and_the_sums_until_its_last_day():
    for day, fen in ((date(2026, 9, 30), 1), (date(2026, 10, 1), 20), (date(2026, 10, 31), 300)):
        post(fen, on=day, source=f"test:{day}")
    for day in (date(2026, 11, 1), date(2026, 11, 2)):
        post(4_000, on=day, source=f"test:{day}")

    closing = ledger.close_period(
        by=finance(), beside=a_user("li", COUNTY), division=COUNTY, month=date(2026, 10, 1), on=TODAY
    )

    assert (closing.entries, closing.sums) == (2, {"available": -321, "blocked": 321})


def test_months_are_opened_again_from_the_last_one_back_and_each_closing_once():
    clerk, other = finance(), a_user("li", COUNTY)
    both = {"by": clerk, "beside": other, "on": TODAY}
    september, october = (
        ledger.close_period(**both, division=COUNTY, month=date(2026, month, 1)) for month in (9, 10)
    )
    with pytest.raises(PaymentProblem) as refused:
        ledger.reopen_period(**both, closing=september, reason="漏记一笔退票")
    assert refused.value.code == "period_later_closed"
    with pytest.raises(PaymentProblem) as refused:
        ledger.reopen_period(**{**both, "beside": clerk.user}, closing=october, reason="漏记一笔退票")
    assert refused.value.code == "period_by_two"

    opened = ledger.reopen_period(**both, closing=october, reason="漏" * 201)

    assert opened.reason == "漏" * 200
    with pytest.raises(PaymentProblem) as refused:
        ledger.reopen_period(**both, closing=october, reason="漏记一笔退票")
    assert refused.value.code == "period_open_month"
    assert ledger.reopen_period(**both, closing=september, reason="漏记一笔退票").reopened_beside == other


def test_only_who_prepares_closes_a_month():
    with pytest.raises(PaymentProblem) as refused:
        ledger.close_period(
            by=approver(), beside=a_user("li", COUNTY), division=COUNTY, month=date(2026, 10, 1), on=TODAY
        )

    assert refused.value.code == "no_power"
