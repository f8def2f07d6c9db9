"""`anmin money`: a month is computed, told and verified from the command line; signatures are people's alone."""

from datetime import date

import pytest
import typer
from typer.testing import CliRunner

from anmin.cli.commands_money import register
from anmin.kernel.payments.runs.models import PayRun
from tests.kernel.payments.money import COUNTY, DIBAO, a_budget, a_family, a_grant

pytestmark = pytest.mark.django_db


def anmin(*words):
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["money", *words])


@pytest.fixture(autouse=True)
def _a_callback(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def test_a_month_is_run_told_and_verified():
    a_grant(a_family()[0], 732_00, date(2026, 11, 1))
    a_budget(1_000_00)

    done = anmin("run", COUNTY, "2026-11", "--benefit", DIBAO)

    assert done.exit_code == 0, done.output
    number = PayRun.objects.get().number
    assert "732.00 元" in done.output
    assert "本月新增" in done.output
    for words in (
        ["status"],
        ["differences", number],
        ["exceptions", number],
        ["execution", COUNTY, "2026"],
        ["ledger", COUNTY],
        ["verify"],
    ):
        told = anmin(*words)
        assert told.exit_code == 0, told.output
    assert "都对得上" in anmin("verify").output
    assert "1,000.00" in anmin("execution", COUNTY, "2026").output


def test_what_cannot_be_done_is_told_in_a_sentence():
    a_grant(a_family()[0], 732_00, date(2026, 11, 1))
    anmin("run", COUNTY, "2026-11", "--benefit", DIBAO)

    again = anmin("run", COUNTY, "2026-11", "--benefit", DIBAO)
    closed = anmin("close", PayRun.objects.get().number)

    assert (again.exit_code, closed.exit_code) == (2, 2)
    assert anmin("run", COUNTY, "2026年11月").exit_code != 0
    void = anmin("void", PayRun.objects.get().number, "--reason", "试算")
    assert void.exit_code == 0, void.output
    assert PayRun.objects.get().state == "void"


def test_books_that_do_not_hold_are_named():
    from django.db import connection

    a_budget(1_000_00)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_ledgerline DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_ledgerline SET fen = fen + 1 WHERE account = 'available'")
        cursor.execute("ALTER TABLE kernel_ledgerline ENABLE TRIGGER USER")

    assert anmin("verify").exit_code == 1
