"""Fifty at once: one list is computed, submitted, signed and blocked once, whoever is quickest."""

import threading
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, connections, transaction

from anmin.kernel.access.models import User
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.ledger.queries import balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayPart, PayRun
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_signer,
    release_about_run,
)

NOV = date(2026, 11, 1)
WORKERS = 50


@pytest.fixture
def committed(django_db_setup, django_db_blocker, monkeypatch):
    """Rows that other connections see; the book of acts is left out, and everything goes away again."""
    monkeypatch.setattr("anmin.kernel.audit.actions.record", lambda **told: None)
    with django_db_blocker.unblock():
        last = {
            model: model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
            for model in tables()
        }
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SET session_replication_role = replica")
            for model, key in last.items():
                cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id > %s", [key])
            cursor.execute("SET session_replication_role = DEFAULT")
        connection.close()


def tables():
    return [
        model
        for model in apps.get_app_config("kernel").get_models()
        if model._meta.pk.attname == "id"
        and model._meta.db_table not in ("kernel_acthead", "kernel_rowhistory")
    ]


def at_once(work):
    """Fifty threads that begin together; what each of them came to."""
    gate, done = threading.Barrier(WORKERS), []

    def one(number):
        gate.wait()
        try:
            done.append(("done", work(number)))
        except PaymentProblem as refused:
            done.append((refused.code, None))
        except BaseException as trouble:
            done.append((type(trouble).__name__, str(trouble)))
        connections.close_all()

    threads = [threading.Thread(target=one, args=[number]) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def test_fifty_workers_paying_one_list_pay_it_once(committed):
    for at in range(1, 6):
        a_grant(a_family(f"H{at}", serial=at)[0], 100_00 * at, NOV)
    money = a_budget(10_000_00)
    signers = [
        a_signer("s1", "county_approver"),
        a_signer("s2", "county_leader"),
        a_signer("s3", "county_leader"),
    ]

    def pays(number):
        run = runs.lock_roster(by=f"w{number}", division=COUNTY, month=NOV, benefits=[DIBAO], on=TODAY)
        runs.compute(by=f"w{number}", run=run, on=TODAY)
        checks.check(by=f"w{number}", run=run, on=TODAY)
        return run.pk

    done = at_once(pays)
    assert {code for code, _pk in done} <= {"done", "run_open"}, done
    (first,) = [pk for code, pk in done if code == "done"]
    assert sorted(PayPart.objects.filter(is_live=True).values_list("fen", flat=True)) == [
        at * 100_00 for at in range(1, 6)
    ]

    run = release_about_run(PayRun.objects.get(pk=first), by=signers[0])
    done = at_once(lambda number: runs.submit(by=f"w{number}", run=run, on=TODAY).seal)
    assert sorted(code for code, _seal in done) == ["done"] + ["run_moved"] * (WORKERS - 1)
    (seal,) = [one for code, one in done if code == "done"]

    done = at_once(
        lambda number: approvals.approve(by=signers[number % 3], run=run, seal=seal, on=TODAY).state
    )
    assert sorted(state for code, state in done if code == "done") == ["approved", "submitted"]
    assert {code for code, _state in done} <= {"done", "approval_by_another", "run_moved"}
    assert (balance(money.pk), balance(money.pk, "blocked")) == (8_500_00, 1_500_00)
    assert PayLine.objects.filter(run=run, state="due").count() == 5
    assert User.objects.filter(username="s1").exists()
