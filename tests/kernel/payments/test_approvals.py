"""Signatures: money behind every line, different people, none of them paid by it, and nothing changes after the seal."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.cases.relatives.actions import declare_staff_person
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.ledger.queries import balance, trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    TODAY,
    a_budget,
    a_family,
    a_fund,
    a_grant,
    a_run,
    a_signer,
    approved,
    finance,
    release_about_run,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db
NOV = date(2026, 11, 1)


def test_without_enough_money_nothing_is_submitted_and_it_says_how_much_is_lacking():
    a_grant(a_family()[0], 732_00, NOV)
    a_budget(700_00)
    run = release_about_run(a_run(NOV))

    with pytest.raises(PaymentProblem) as refused:
        runs.submit(by="test", run=run, on=TODAY)

    assert refused.value.code == "money_short"
    assert "732.00 元" in str(refused.value)


def test_each_line_is_paid_wholly_by_one_fund_and_what_is_left_of_the_first_pays_another_benefit():
    """150.00 and 500.00: of two families with 100.00 the second is paid by the second fund; 50.00 fit the first again."""
    for serial in (1, 2):
        a_grant(a_family(f"H{serial}", serial=serial)[0], 100_00, NOV)
    home, (man,) = a_family("H3", "李建国", serial=3)
    a_grant(home, 50_00, NOV, benefit="assistance/tekun", person=man)
    first = a_budget(150_00, rank=10)
    second = a_budget(500_00, fund=a_fund(key="county", source="county"), rank=20, document="2号")
    run = a_run(NOV, benefits=(DIBAO, "assistance/tekun"))

    run = approved(run)

    paid = run.funding.order_by("benefit", "budget_line").values_list(
        "benefit", "budget_line", "fen", "lines_number"
    )
    assert list(paid) == [
        (DIBAO, first.pk, 100_00, 1),
        (DIBAO, second.pk, 100_00, 1),
        ("assistance/tekun", first.pk, 50_00, 1),
    ]
    assert (run.total, run.lines_number) == (250_00, 3)
    assert [balance(line.pk, "blocked") for line in (first, second)] == [150_00, 100_00]
    assert [balance(line.pk) for line in (first, second)] == [0, 400_00]


def test_two_different_people_sign_and_the_money_is_blocked():
    a_grant(a_family()[0], 732_00, NOV)
    money = a_budget(1_000_00)
    clerk = finance()
    run = release_about_run(a_run(NOV, by=clerk))
    run = runs.submit(by=clerk, run=run, on=TODAY)
    one, two = a_signer("shen1", "county_approver"), a_signer("shen2", "county_leader")

    run = approvals.approve(by=one, run=run, seal=run.seal, on=TODAY)
    assert run.state == "submitted"
    with pytest.raises(PaymentProblem) as refused:
        approvals.approve(by=one, run=run, seal=run.seal, on=TODAY)
    assert refused.value.code == "approval_by_another"
    with pytest.raises(PaymentProblem) as refused:
        approvals.approve(by=clerk, run=run, seal=run.seal, on=TODAY)
    assert refused.value.code == "no_power"
    run = approvals.approve(by=two, run=run, seal=run.seal, on=TODAY)

    assert run.state == "approved"
    assert (balance(money.pk), balance(money.pk, "blocked")) == (268_00, 732_00)
    assert sum(trial_balance(COUNTY).values()) == 0
    assert Act.objects.filter(act="payments.approve_run").count() == 2


def test_whoever_prepared_a_run_does_not_sign_it():
    a_grant(a_family()[0], 732_00, NOV)
    a_budget(1_000_00)
    both = a_user("both", COUNTY, role="county_leader")
    run = release_about_run(a_run(NOV))
    run = runs.submit(by="test", run=run, on=TODAY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_payrun DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_payrun SET submitted_by_id = %s WHERE id = %s", [both.pk, run.pk])
        cursor.execute("ALTER TABLE kernel_payrun ENABLE TRIGGER USER")

    with pytest.raises(PaymentProblem) as refused:
        approvals.approve(by=both, run=run, seal=run.seal, on=TODAY)

    assert refused.value.code == "pay_run_same_person"


def test_an_approver_who_is_paid_by_the_run_is_refused():
    home, (_head, son) = a_family("H1", "王秀英", "王强")
    a_grant(home, 732_00, NOV)
    a_budget(1_000_00)
    boss = a_signer("shen1", "county_approver")
    declare_staff_person(by="test", user=boss.user, person=son, on=TODAY)
    run = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)

    with pytest.raises(PaymentProblem) as refused:
        approvals.approve(by=boss, run=run, seal=run.seal, on=TODAY)

    assert refused.value.code == "pay_run_payee"
    assert "回避" in str(refused.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_payline SET fen = fen + 1",
        "UPDATE kernel_payline SET account_id = NULL",
        "UPDATE kernel_payline SET state = 'excluded' WHERE state = 'held'; UPDATE kernel_payline SET state = 'held'",
        "DELETE FROM kernel_paypart",
        "UPDATE kernel_paypart SET fen = fen + 1",
        "UPDATE kernel_payrun SET total = total + 1",
        "UPDATE kernel_payrun SET state = 'approved'",
        "UPDATE kernel_payline SET state = 'paid'",
    ],
)
def test_a_roster_that_was_submitted_cannot_be_changed(statement):
    a_grant(a_family()[0], 732_00, NOV)
    a_budget(1_000_00)
    runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)

    with pytest.raises(DatabaseError, match="pay_run"), transaction.atomic(), connection.cursor() as cursor:
        for part in statement.split(";"):
            cursor.execute(part)


def test_a_roster_changed_past_the_triggers_is_not_signed():
    a_grant(a_family()[0], 732_00, NOV)
    a_budget(1_000_00)
    run = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_payline DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_payline SET fen = fen + 1")
        cursor.execute("ALTER TABLE kernel_payline ENABLE TRIGGER USER")

    with pytest.raises(PaymentProblem) as refused:
        approvals.approve(by=a_signer("shen1", "county_approver"), run=run, seal=run.seal, on=TODAY)

    assert refused.value.code == "pay_run_changed"


def test_more_people_sign_for_more_than_the_limit():
    a_grant(a_family()[0], 6_000_000_00, NOV)
    a_budget(7_000_000_00)
    run = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)
    signers = [
        a_signer("s1", "county_approver"),
        a_signer("s2", "county_leader"),
        a_signer("s3", "county_leader"),
    ]

    states = [approvals.approve(by=one, run=run, seal=run.seal, on=TODAY).state for one in signers]

    assert run.signatures == 3
    assert states == ["submitted", "submitted", "approved"]


def test_a_run_sent_back_is_corrected_and_submitted_under_a_new_seal():
    a_grant(a_family()[0], 732_00, NOV)
    a_budget(1_000_00)
    run = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)
    seal, one = run.seal, a_signer("shen1", "county_approver")

    run = approvals.send_back(by=one, run=run, on=TODAY, reason="请核实张三的卡号")
    assert run.state == "checked"
    run = runs.submit(by="test", run=run, on=TODAY)

    assert run.seal != seal
    assert approvals.approve(by=one, run=run, seal=run.seal, on=TODAY).state == "submitted"
