"""Errands: one person asks, where two must act another agrees under their own log-in, and the worker does it once."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.payments.banks.models import PayFile
from anmin.kernel.payments.budget.queries import available
from anmin.kernel.payments.errands import actions, queries
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine
from tests.kernel.payments.banks.banking import a_return, an_approved_run, received, sent
from tests.kernel.payments.money import COUNTY, TODAY, approver, finance, leader

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 25, 3, tzinfo=UTC)


def done(errand):
    return actions.carry_out(errand=errand.pk, on=TODAY, at=AT)


def a_returned_line():
    file, _bank = sent(2)
    received(file, a_return(file, ["paid", "returned"]))
    return PayLine.objects.get(state="returned")


def asked_to_give_up(line, by):
    return actions.ask(
        by=by,
        kind="give_up",
        division=COUNTY,
        run=line.run,
        subject=line.pk,
        words="本人书面放弃",
        on=TODAY,
    )


def test_one_person_is_enough_for_files_and_the_worker_makes_them_once():
    run = an_approved_run(3)
    asked = actions.ask(by=finance(), kind="make_files", division=COUNTY, run=run, on=TODAY)
    assert (asked.state, PayFile.objects.count()) == ("queued", 0)

    row = done(asked)
    again = done(asked)

    assert (row.state, again.state, PayFile.objects.count()) == ("done", "done", 1)
    assert "1 个代发文件，3 笔" in row.told
    assert Act.objects.filter(act="payments.ask_errand", by=asked.asked_by).count() == 1


def test_giving_up_waits_for_a_second_person_and_happens_in_both_names():
    line = a_returned_line()
    before = available([line.budget_line])[line.budget_line_id]
    clerk, boss = finance(), approver()
    asked = asked_to_give_up(line, clerk)
    assert queries.waiting(clerk) == []
    assert queries.waiting(boss) == [asked]
    done(asked)
    line.refresh_from_db()
    assert (line.state, Errand.objects.get().state) == ("returned", "asked")

    row = done(actions.second(by=boss, errand=asked, on=TODAY))

    line.refresh_from_db()
    assert (row.state, line.state) == ("done", "excluded")
    assert available([line.budget_line])[line.budget_line_id] == before + line.fen
    act = Act.objects.get(act="payments.give_up")
    assert (act.by, act.after["beside"]) == (clerk.user, boss.user.pk)


@pytest.mark.parametrize("way", ["second", "decline"])
def test_nobody_agrees_to_what_they_asked_for_themselves(way):
    line = a_returned_line()
    boss = leader()
    asked = actions.ask(
        by=boss,
        kind="continue_rate",
        division=COUNTY,
        values={"rate": "dibao_standard", "year": 2027, "document": "民函〔2027〕1号"},
        words="新标准未公布",
        on=TODAY,
    )
    more = {"reason": "不同意"} if way == "decline" else {}

    with pytest.raises(PaymentProblem) as trouble:
        getattr(actions, way)(by=boss, errand=asked, on=TODAY, **more)

    assert trouble.value.code == "by_two"
    assert line.state == "returned"
    with pytest.raises(DatabaseError, match="errand_seconded_by_another"), transaction.atomic():
        Errand.objects.filter(pk=asked.pk).update(seconded_by=boss.user, seconded_at=AT, state="queued")


def test_the_database_lets_nothing_be_done_that_no_second_person_agreed_to():
    """The wrong variant: code that forgets to wait."""
    asked = asked_to_give_up(a_returned_line(), finance())

    with pytest.raises(DatabaseError, match="errand_waits_for_a_second"), transaction.atomic():
        Errand.objects.filter(pk=asked.pk).update(state="queued")


def test_what_was_asked_for_cannot_become_something_else_under_the_second_persons_hand():
    line = a_returned_line()
    asked = asked_to_give_up(line, finance())
    other = PayLine.objects.exclude(pk=line.pk).first()

    with pytest.raises(DatabaseError, match="kernel_row_stays"), transaction.atomic():
        Errand.objects.filter(pk=asked.pk).update(subject=other.pk)
    with pytest.raises(DatabaseError, match="kernel_row_stays"), transaction.atomic():
        asked.delete()


def test_finance_alone_cannot_agree_and_a_signer_cannot_ask_for_what_finance_prepares():
    line = a_returned_line()
    asked = asked_to_give_up(line, finance())

    with pytest.raises(PaymentProblem) as second:
        actions.second(by=finance("caiwu2"), errand=asked, on=TODAY)
    with pytest.raises(PaymentProblem) as ask:
        asked_to_give_up(line, leader())

    assert (second.value.code, ask.value.code) == ("no_power", "no_power")


def test_the_same_is_not_asked_twice_and_can_be_asked_anew_after_it_was_declined():
    line = a_returned_line()
    asked = asked_to_give_up(line, finance())
    with pytest.raises(PaymentProblem) as trouble:
        asked_to_give_up(line, finance("caiwu2"))
    assert trouble.value.code == "errand_asked_once"

    declined = actions.decline(by=approver(), errand=asked, on=TODAY, reason="先电话联系本人")

    assert (declined.state, declined.told) == ("declined", "先电话联系本人")
    assert asked_to_give_up(line, finance("caiwu3")).state == "asked"


def test_who_asked_may_withdraw_and_nobody_else():
    asked = asked_to_give_up(a_returned_line(), finance())
    with pytest.raises(PaymentProblem):
        actions.withdraw(by=finance("caiwu2"), errand=asked, on=TODAY)

    assert actions.withdraw(by=asked.asked_by, errand=asked, on=TODAY).state == "withdrawn"


def test_what_cannot_be_done_is_told_to_whoever_asked_and_nothing_is_written():
    run = an_approved_run(1)
    asked = actions.ask(by=finance(), kind="close_run", division=COUNTY, run=run, on=TODAY)

    row = done(asked)

    assert (row.state, row.result["code"]) == ("refused", "run_moved")
    assert "不能这样办理" in row.told
    run.refresh_from_db()
    assert run.state == "approved"


def test_a_reason_is_asked_for_where_one_is_needed_and_an_unknown_kind_is_refused():
    line, clerk = a_returned_line(), finance()
    for kind, code in (("give_up", "no_reason"), ("burn", "errand_unknown")):
        with pytest.raises(PaymentProblem) as trouble:
            actions.ask(by=clerk, kind=kind, division=COUNTY, subject=line.pk, words=" ", on=TODAY)
        assert trouble.value.code == code


def test_a_month_is_closed_and_opened_again_by_two_with_all_its_lines_in_the_sums():
    clerk, boss = finance(), approver()
    closing = actions.ask(
        by=clerk, kind="close_period", division=COUNTY, values={"month": "2026-10-01"}, on=TODAY
    )
    row = done(actions.second(by=boss, errand=closing, on=TODAY))
    assert (row.state, row.told) == ("done", "2026-10 已结账，0 张凭证")
    from anmin.kernel.payments.ledger.queries import closings, is_closed

    assert is_closed(COUNTY, date(2026, 10, 9))

    opening = actions.ask(
        by=clerk,
        kind="reopen_period",
        division=COUNTY,
        subject=closings(clerk, COUNTY).get().pk,
        words="补记一笔",
        on=TODAY,
    )
    done(actions.second(by=boss, errand=opening, on=TODAY))

    assert not is_closed(COUNTY, date(2026, 10, 9))
