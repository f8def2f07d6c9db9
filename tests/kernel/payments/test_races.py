"""E04, E05: two who decide at once about the same money leave one decision, and whoever tries again changes nothing."""

import threading

import pytest
from django.db import connection, connections

from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import PayFile
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.errands import actions as errands
from anmin.kernel.payments.ledger.queries import balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayRun
from tests.kernel.payments.money import TODAY, a_budget, a_family, a_grant, a_run, a_signer, release_about_run
from tests.kernel.payments.test_at_once import NOV, committed
from tests.kernel.payments.test_errands import AT

assert committed
ROUNDS, MANY = 4, 250
WORKERS, CROWD = 10, 50


@pytest.fixture
def county(committed):
    """Two families, money for them, and three who may sign."""
    for at in (1, 2):
        a_grant(a_family(f"H{at}", serial=at)[0], 100_00 * at, NOV)
    signers = [a_signer("s1", "county_approver"), a_signer("s2", "county_leader")]
    return a_budget(10_000_00), [*signers, a_signer("c1", "county_finance")]


def race(*works):
    """Everybody begins together; what each came to, in their order."""
    gate, done = threading.Barrier(len(works)), {}

    def one(number, work):
        gate.wait()
        try:
            work()
            done[number] = "done"
        except PaymentProblem as refused:
            done[number] = refused.code
        except BaseException as trouble:
            done[number] = f"{type(trouble).__name__}: {trouble}"
        connections.close_all()

    threads = [threading.Thread(target=one, args=row) for row in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [done[number] for number in range(len(works))]


def signed_once(signers):
    run = release_about_run(a_run(NOV, by=signers[2]), by=signers[0])
    run = runs.submit(by=signers[2], run=run, on=TODAY)
    return approvals.approve(by=signers[0], run=run, seal=run.seal, on=TODAY)


def sign_against_send_back(money, signers, run):
    """The second signature and the second thought at the same moment; what came of it, and whether it holds."""
    came = race(
        lambda: approvals.approve(by=signers[1], run=run, seal=run.seal, on=TODAY),
        lambda: approvals.send_back(by=signers[0], run=run, on=TODAY, reason="金额要再核"),
    )
    run = PayRun.objects.get(pk=run.pk)
    wanted = {"approved": 300_00, "checked": 0}[run.state]
    return came, came.count("done") == 1 and balance(money.pk, "blocked") == wanted


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY, marks=pytest.mark.full)])
def test_a_signature_and_a_refusal_at_once_leave_one_of_them(county, rounds):
    money, signers = county
    for _round in range(rounds):
        run = signed_once(signers)
        came, holds = sign_against_send_back(money, signers, run)
        assert holds, came
        runs.void(by=signers[2], run=PayRun.objects.get(pk=run.pk), on=TODAY, reason="再来一次")
        assert balance(money.pk, "blocked") == 0


def test_without_the_lock_and_the_triggers_both_would_count(county, monkeypatch):
    """The wrong variant: both read the run before either has written."""
    money, signers = county
    run = signed_once(signers)
    gate = threading.Barrier(2)

    def read(run, *states):
        row = PayRun.objects.get(pk=run.pk)
        gate.wait(timeout=20)
        return row

    monkeypatch.setattr(approvals, "held", read)
    monkeypatch.setattr(approvals, "_sign", lambda *told: run.approvals.first())
    switch("kernel_payrun", "DISABLE")
    try:
        came, holds = sign_against_send_back(money, signers, run)
    finally:
        switch("kernel_payrun", "ENABLE")

    assert came == ["done", "done"] and not holds


def switch(table, how):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")


def test_a_run_is_voided_or_has_files_never_both(county):
    money, signers = county
    for _round in range(ROUNDS):
        run = signed_once(signers)
        run = approvals.approve(by=signers[1], run=run, seal=run.seal, on=TODAY)

        came = race(
            lambda run=run: runs.void(by=signers[2], run=run, on=TODAY, reason="算错了"),
            lambda run=run: filing.make_files(by=signers[2], run=run, on=TODAY),
        )

        run.refresh_from_db()
        files = PayFile.objects.filter(run=run).count()
        assert came.count("done") == 1 and (run.state, files) in (("void", 0), ("filed", 1)), came
        assert balance(money.pk, "transit") == (300_00 if files else 0) and balance(money.pk, "blocked") == 0
        if files:
            return


def test_one_exception_gets_one_decision(county):
    _money, signers = county
    a_grant(a_family("H3", serial=3)[0], 50_00, NOV)
    run = a_run(NOV, by=signers[2])
    row = PayException.objects.filter(run=run, state="open").first()
    assert row is not None

    came = race(
        *(
            lambda by=by: checks.decide_exception(
                by=by, exception=row, outcome="release", on=TODAY, reason="已核实"
            )
            for by in (signers[0], a_signer("s3", "county_approver"))
        )
    )

    assert sorted(came) == ["done", "exception_decided"]


@pytest.mark.parametrize("workers", [WORKERS, pytest.param(CROWD, marks=pytest.mark.full)])
def test_an_errand_that_many_workers_take_up_is_done_once(county, workers):
    _money, signers = county
    run = signed_once(signers)
    run = approvals.approve(by=signers[1], run=run, seal=run.seal, on=TODAY)
    asked = errands.ask(by=signers[2], kind="make_files", division=run.division, run=run, on=TODAY)

    told = []
    race(*[lambda: told.append(errands.carry_out(errand=asked.pk, on=TODAY, at=AT).told)] * workers)

    assert len(told) == workers and set(told) == {"生成 1 个代发文件，2 笔，300.00 元"}
    assert PayFile.objects.count() == 1
