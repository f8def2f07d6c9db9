"""Answers of banks (E06): matched line by line, or quarantined whole; never half, never twice, never without evidence."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnFile, ReturnLine
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.banks.returning import looking
from anmin.kernel.payments.ledger.models import LedgerEntry
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayRun
from tests.kernel.payments.banks.banking import a_return, by_force, filed, received, sent
from tests.kernel.payments.money import COUNTY, TODAY, approver, finance, leader

pytestmark = pytest.mark.django_db
MIXED = ["paid", "returned", "unknown"]


def states():
    return list(PayLine.objects.order_by("pk").values_list("state", flat=True))


def nothing_counts():
    """What must hold while nothing was taken in."""
    return (
        not ReturnLine.objects.exists()
        and set(states()) == {"filed"}
        and trial_balance(COUNTY).get("spent", 0) == 0
    )


def test_every_line_becomes_what_the_bank_says_of_it():
    file, _bank = sent(3)

    row = received(file, a_return(file, MIXED))

    assert row.state == "matched"
    assert states() == MIXED
    (paid, back, open_) = file.lines.order_by("seq")
    sums = trial_balance(COUNTY)
    assert (sums["spent"], sums["returned"], sums["transit"]) == (paid.fen, back.fen, open_.fen)
    assert (back.code, back.answered_on) == ("01", TODAY)
    file.refresh_from_db()
    assert (file.state, PayRun.objects.get().state) == ("accepted", "filed")


def test_when_all_is_answered_the_run_is_settled():
    file, _bank = sent(3)

    received(file, a_return(file, ["paid", "paid", "returned"]))

    file.refresh_from_db()
    assert (file.state, PayRun.objects.get().state) == ("answered", "settled")
    assert trial_balance(COUNTY)["transit"] == 0


def test_what_was_spent_stands_with_the_household_it_reached():
    file, _bank = sent(2)

    received(file, a_return(file, "paid"))

    lines = LedgerEntry.objects.get(kind="return_paid").lines.filter(account="spent").order_by("pay_line")
    assert [(row.household_id, row.pay_line_id, row.fen) for row in lines] == [
        (line.household_id, line.pk, line.fen) for line in PayLine.objects.order_by("pk")
    ]


def test_the_same_file_twice_is_once():
    file, _bank = sent(3)
    content = a_return(file, MIXED)
    one = received(file, content)
    before = trial_balance(COUNTY)

    other = received(file, content, name="again.ret")

    assert other.pk == one.pk
    assert ReturnFile.objects.count() == 1
    assert trial_balance(COUNTY) == before


def test_the_same_answers_in_another_file_change_nothing_but_stay_as_evidence():
    file, _bank = sent(3)
    received(file, a_return(file, "paid"))
    before = trial_balance(COUNTY)

    row = received(file, a_return(file, "paid", change=lambda lines: lines[::-1]))

    assert row.state == "matched"
    assert trial_balance(COUNTY) == before
    assert ReturnLine.objects.count() == 6


def test_lines_in_another_order_are_matched_by_key():
    file, _bank = sent(3)

    received(file, a_return(file, MIXED, change=lambda lines: [lines[2], lines[0], lines[1]]))

    assert states() == MIXED


def test_a_part_of_the_answers_is_taken_and_the_rest_waits():
    file, _bank = sent(3)
    orders = list(file.lines.order_by("seq"))

    received(file, a_return(file, ["paid"], orders=orders[:1]))

    assert states() == ["paid", "filed", "filed"]
    assert trial_balance(COUNTY)["transit"] == orders[1].fen + orders[2].fen


def test_unknown_stays_unknown_until_the_bank_knows_and_never_undoes_what_is_known():
    file, _bank = sent(1)
    received(file, a_return(file, "unknown"))
    received(file, a_return(file, "paid", day=TODAY))

    received(file, a_return(file, "unknown", change=lambda lines: [{**lines[0], "code": "X"}]))

    assert states() == ["paid"]


def test_what_was_paid_can_come_back_late_and_the_books_turn_round():
    file, _bank = sent(1)
    received(file, a_return(file, "paid"))

    received(file, a_return(file, "returned"))

    sums = trial_balance(COUNTY)
    assert states() == ["returned"]
    assert (sums["spent"], sums["returned"]) == (0, file.fen)
    assert LedgerEntry.objects.filter(kind="return_late").count() == 1


def spoil_amount(lines):
    return [{**lines[0], "fen": lines[0]["fen"] + 1}, *lines[1:]]


def spoil_name(lines):
    return [{**lines[0], "holder": "张三"}, *lines[1:]]


def spoil_key(lines):
    return [{**lines[0], "key": "999999-1"}, *lines[1:]]


def spoil_seq(lines):
    return [{**lines[0], "seq": 77}, *lines[1:]]


def spoil_status(lines):
    return [{**lines[0], "status": "9"}, *lines[1:]]


def spoil_code(lines):
    return [{**lines[0], "status": "1", "code": ""}, *lines[1:]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (spoil_amount, "amount"),
        (spoil_name, "holder"),
        (spoil_key, "key"),
        (spoil_seq, "seq"),
        (spoil_status, "status"),
        (spoil_code, "no_code"),
        (lambda lines: [*lines, lines[0]], "twice"),
    ],
)
def test_one_wrong_line_quarantines_the_whole_file_with_line_and_reason(change, code):
    file, _bank = sent(3)

    row = received(file, a_return(file, "paid", change=change))

    assert row.state == "quarantined"
    assert code in {one["code"] for one in row.reasons}
    assert all(one["line"] in (1, 4) for one in row.reasons)
    assert nothing_counts()


def test_reasons_name_no_person():
    file, _bank = sent(3)

    row = received(file, a_return(file, "paid", change=spoil_name))

    assert "张三" not in str(row.reasons)


def test_cut_off_at_any_byte_of_the_last_three_lines_nothing_counts():
    file, _bank = sent(3)
    content = a_return(file, "paid")
    records = content.rstrip(b"\r\n").split(b"\r\n")
    start = len(content) - len(b"\r\n".join(records[-3:])) - 2

    for length in range(start, len(content)):
        row = received(file, content[:length])
        assert row.state == "quarantined", length

    assert nothing_counts()


def test_a_file_saved_in_another_encoding_is_quarantined():
    file, _bank = sent(3)
    text = a_return(file, "paid").decode("gb18030")

    for content in (text.encode("utf-8"), b"\xef\xbb\xbf" + text.encode("utf-8"), text.encode("utf-16")):
        assert received(file, content).state == "quarantined"

    assert nothing_counts()


def test_a_negative_amount_cannot_be_read():
    file, _bank = sent(1)
    content = a_return(file, "paid")
    amount = f"{file.fen // 100}.{file.fen % 100:02d}".encode()

    row = received(file, content.replace(amount, b"-" + amount))

    assert row.state == "quarantined"
    assert nothing_counts()


@pytest.mark.parametrize("batch", ["371003-202611-01-01", "371002-202611-01-99", "nonsense", "x-01"])
def test_a_file_of_somebody_else_is_quarantined(batch):
    file, _bank = sent(1)

    row = received(file, a_return(file, "paid", batch=batch))

    assert [one["code"] for one in row.reasons] == ["foreign"]
    assert nothing_counts()


def test_an_answer_to_a_file_that_was_never_sent_is_quarantined():
    (file,) = filed(1)

    row = received(file, a_return(file, "paid"))

    assert [one["code"] for one in row.reasons] == ["not_sent"]


def test_an_answer_before_sending_or_from_tomorrow_is_quarantined():
    file, _bank = sent(1)

    for day in (TODAY + timedelta(1), TODAY - timedelta(1)):
        assert received(file, a_return(file, "paid", day=day)).reasons[0]["code"] == "day"


def close_november():
    """The file is not reconciled: only by force can the month be closed."""
    one, other = finance("guan").user, approver("fuhe").user
    by_force(
        "kernel_periodclosing",
        "INSERT INTO kernel_periodclosing (division, month, entries, sums, by_id, beside_id, at, reason)"
        f" VALUES ('{COUNTY}', '2026-11-01', 1, '{{}}', {one.pk}, {other.pk}, '2026-12-02', '')",
    )


def test_an_answer_for_a_closed_month_waits_for_another_person_and_is_posted_in_the_open_one():
    file, _bank = sent(2)
    close_november()
    december = date(2026, 12, 3)
    one, other = finance(), finance("lingyi")

    row = received(file, a_return(file, "paid"), on=december, by=one)
    assert [entry["code"] for entry in row.reasons] == ["period_closed"]
    assert nothing_counts()
    with pytest.raises(PaymentProblem, match="另一人"):
        returning.release(by=one, return_file=row, on=december, reason="已核实")
    returning.release(by=other, return_file=row, on=december, reason="已核实")

    assert states() == ["paid", "paid"]
    assert LedgerEntry.objects.get(kind="return_paid").on == december


def test_a_file_that_is_wrong_in_itself_is_never_released_only_thrown_out():
    file, _bank = sent(2)
    row = received(file, a_return(file, "paid", change=spoil_amount), by=finance())
    other = finance("lingyi")

    with pytest.raises(PaymentProblem, match="不能放行"):
        returning.release(by=other, return_file=row, on=TODAY, reason="看过")
    with pytest.raises(PaymentProblem, match="核实的情况"):
        returning.reject(by=other, return_file=row, on=TODAY, reason=" ")
    returning.reject(by=other, return_file=row, on=TODAY, reason="银行重发")

    row.refresh_from_db()
    assert row.state == "rejected"
    assert nothing_counts()


def test_returned_first_and_paid_afterwards_is_for_two_people():
    file, _bank = sent(1)
    received(file, a_return(file, "returned"))

    row = received(file, a_return(file, "paid"), by=finance())
    assert [one["code"] for one in row.reasons] == ["paid_after_return"]
    assert states() == ["returned"]
    returning.release(by=finance("lingyi"), return_file=row, on=TODAY, reason="银行电话核实")

    sums = trial_balance(COUNTY)
    assert states() == ["paid"]
    assert (sums["spent"], sums["returned"], sums["transit"]) == (file.fen, 0, 0)


def test_what_stays_unknown_is_settled_by_paper_and_two_people():
    file, _bank = sent(1)
    received(file, a_return(file, "unknown"))
    order = file.lines.get()
    one, other = finance(), leader()
    given = {"by": one, "beside": other.user, "order": order, "status": "returned", "code": "06", "on": TODAY}

    for trouble in ({"beside": one.user}, {"document": " "}, {"status": "waiting"}):
        with pytest.raises(PaymentProblem):
            returning.settle_by_paper(**{**given, "document": "函〔2026〕3号", **trouble})
    returning.settle_by_paper(**given, document="函〔2026〕3号")

    assert states() == ["returned"]
    with pytest.raises(PaymentProblem, match="已经答复"):
        returning.settle_by_paper(**given, document="函〔2026〕3号")


def test_without_evidence_the_database_lets_nothing_be_paid():
    file, _bank = sent(1)

    for statement in (
        "UPDATE kernel_payfileline SET state = 'paid'",
        "UPDATE kernel_payline SET state = 'paid'",
        "UPDATE kernel_payline SET state = 'returned'",
    ):
        with (
            pytest.raises(DatabaseError, match="without_evidence"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert PayFileLine.objects.get(file=file).state == "waiting"


def test_only_who_prepares_payments_takes_answers_in():
    file, _bank = sent(1)

    with pytest.raises(PaymentProblem, match="权限"):
        received(file, a_return(file, "paid"), by=leader())


def test_the_wrong_variant_that_takes_lines_without_looking_is_caught(monkeypatch):
    """A matcher that skips the comparison lets a wrong amount count: these tests fail on it."""
    file, _bank = sent(3)
    monkeypatch.setattr(looking, "_trouble", lambda *_given: "")

    row = received(file, a_return(file, "paid", change=spoil_amount))

    assert row.state == "matched"
    assert PayFile.objects.get().state == "answered"
    assert file.batch


def closed():
    """A run that is paid, reconciled with nothing open, and closed."""
    file, _bank = sent(2)
    received(file, a_return(file, "paid"), by=finance())
    run = runs.close_run(by="test", run=PayRun.objects.get(), on=TODAY)
    return file, run


def test_what_comes_back_after_the_run_was_closed_is_let_count_by_another_in_the_open_month():
    file, run = closed()
    later = TODAY + timedelta(20)
    row = received(file, a_return(file, ["returned", "paid"], day=later), on=later, by=finance("jie"))
    assert [one["code"] for one in row.reasons] == ["run_closed"]
    (back, kept) = PayLine.objects.order_by("pk")
    assert (back.state, kept.state) == ("paid", "paid")

    returning.release(by=finance("lingyi"), return_file=row, on=later, reason="银行来函：账户已注销")

    run.refresh_from_db()
    assert (run.state, run.closed_on) == ("settled", None)
    assert states() == ["returned", "paid"]
    sums = trial_balance(COUNTY)
    assert (sums["returned"], sums["spent"]) == (back.fen, kept.fen)
    assert LedgerEntry.objects.get(kind="return_late").on == later
    with pytest.raises(PaymentProblem, match="没有到账"):
        runs.close_run(by="test", run=run, on=later)


def test_a_closed_run_does_not_open_again_without_an_answer_of_the_bank():
    _file, run = closed()

    with pytest.raises(PaymentProblem) as refused:
        runs.open_again(by="test", run=run, on=TODAY, reason="想改一下")

    assert refused.value.code == "pay_run_closed"
