"""`anmin bank`: from the file of an approved run over the answer to the reconciliation, each with its clear word."""

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from anmin.cli.commands_bank import bank_app
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import PayFile
from anmin.kernel.payments.banks.ports.choosing import exchange_home
from tests.kernel.payments.banks.banking import a_return, an_approved_run
from tests.kernel.payments.money import COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def anmin(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    settings.ANMIN_HOME = tmp_path
    app = typer.Typer()
    app.add_typer(bank_app, name="bank")

    def run(*arguments):
        return CliRunner().invoke(app, ["bank", *map(str, arguments)])

    return run


def test_a_run_goes_out_comes_back_and_is_reconciled(anmin, tmp_path):
    run = an_approved_run(3)
    today = timezone.localdate()

    made = anmin("files", run.number, "--make")
    assert made.exit_code == 0, made.output
    file = PayFile.objects.get()
    sent = anmin("send")
    home = exchange_home(form_named(file.form), COUNTY)
    assert (home / "out" / f"{file.batch}.pay").exists(), sent.output
    (home / "in").mkdir()
    (home / "in" / f"{file.batch}.ok").write_text("8812")
    (home / "in" / "hp.ret").write_bytes(
        a_return(file, ["paid", "returned", "unknown"], day=max(today, file.made_on))
    )
    got = anmin("send")

    assert "已核对入账" in got.output
    assert "unknown" not in anmin("unknown").output
    assert "答复不明" in anmin("unknown").output
    assert "账户已销户" in anmin("returned").output
    checked = anmin("reconcile", run.number)
    assert checked.exit_code != 0
    assert "银行答复不明" in checked.output


def test_a_cut_file_is_told_with_its_reason(anmin, tmp_path):
    run = an_approved_run(2)
    anmin("files", run.number, "--make")
    file = PayFile.objects.get()
    path = tmp_path / "hp.ret"
    path.write_bytes(a_return(file, "paid")[:-9])

    told = anmin("receive", path, "--form", file.form, "--division", COUNTY)

    assert told.exit_code == 2
    assert "已隔离" in told.output
    assert "截断" in told.output


def test_a_file_that_is_brought_by_hand_is_written_out_once(anmin, tmp_path):
    run = an_approved_run(2)
    anmin("files", run.number, "--make")
    file = PayFile.objects.get()

    assert anmin("export", file.batch, tmp_path / "out.txt").exit_code == 0
    assert (tmp_path / "out.txt").stat().st_size > 100
    assert anmin("export", file.batch, tmp_path / "out.txt").exit_code != 0
    assert anmin("hand-over", file.batch, "回执1").exit_code == 2


def test_a_statement_is_compared(anmin, tmp_path):
    run = an_approved_run(2)
    anmin("files", run.number, "--make")
    file = PayFile.objects.get()
    path = tmp_path / "dzd.csv"
    path.write_text("someone-1,5.00\n", "utf-8")
    given = ("--form", file.form, "--division", COUNTY, "--file", path, "--opening", "100", "--closing", "95")

    told = anmin("statement", "2026-11-25", *given)

    assert "对账单上有，回盘没有" in told.output


def test_formats_say_what_no_bank_has_confirmed(anmin):
    told = anmin("forms").output

    assert "rural_fixed" in told
    assert "未经银行核对" in told
