"""Pay sheets, vouchers, tables and the ways to a payment: what finance takes from a run."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from anmin.console.views import moneypapers
from anmin.kernel.audit.models import Act
from anmin.kernel.payments.runs.models import PayLine
from tests.console.moneydesk import a_month, at, desks, get, post, worked
from tests.kernel.payments.money import TOWN
from tests.make import a_user

__all__ = ["desks"]
pytestmark = pytest.mark.django_db


def test_a_pay_sheet_and_a_voucher_are_made_and_printed(desks):
    run = a_month()
    page = post(desks["clerk"], "money_papers", run.pk, kind="pay_sheet", place=TOWN)
    assert "发放花名册" in page and "PDF" in page
    assert "本批次没有可发的明细" in post(
        desks["clerk"], "money_papers", run.pk, kind="pay_sheet", place="371003001"
    )
    assert "请先生成代发文件" in post(desks["clerk"], "money_papers", run.pk, kind="voucher")
    post(desks["clerk"], "money_ask", "make_files", run=run.pk)
    worked()
    page = post(desks["clerk"], "money_papers", run.pk, kind="voucher")
    assert "拨付凭证" in page

    from anmin.kernel.papers.models import Paper

    for row in Paper.objects.all():
        answer = desks["clerk"].get(reverse("console:money_paper", args=[row.pk]))
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF"), row.kind


def test_the_table_for_finance_asks_a_purpose_and_bears_the_mark(desks):
    run = a_month()
    assert "用途" in get(desks["clerk"], "money_table", run.pk)
    address = reverse("console:money_table", args=[run.pk])

    answer = desks["clerk"].get(address, {"purpose": "pay", "kind": "xlsx"})

    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert sum(row[7] for row in rows[1:-1]) * 100 == pytest.approx(run.total)
    assert "caiwu" in rows[-1][0]
    assert Act.objects.get(act="payments.take_table").after["rows"] == PayLine.objects.filter(run=run).count()
    assert desks["clerk"].get(address, {"purpose": "pay", "kind": "csv"}).content.startswith(b"\xef\xbb\xbf")


class Long(list):
    """As many rows as a large county has, for whoever reads them like a query."""

    def values_list(self, name, flat):
        return [getattr(row, name) for row in self]

    def iterator(self, at_once):
        return iter(self)


@pytest.fixture
def long(monkeypatch):
    """20,001 payments in a run of two."""
    known = moneypapers.queries.lines
    monkeypatch.setattr(
        moneypapers.queries,
        "lines",
        lambda *asked: Long([*known(*asked)[:1]] * 20_000 + [known(*asked).last()]),
    )


def test_a_long_table_is_whole_to_the_last_row(desks, long):
    run = a_month()
    address = reverse("console:money_table", args=[run.pk])

    answer = desks["clerk"].get(address, {"purpose": "pay", "kind": "csv"})

    rows = answer.content.decode("utf-8-sig").splitlines()
    last = PayLine.objects.filter(run=run).select_related("household").last()
    assert len(rows) == 1 + 20_001 + 1 and last.household.number in rows[-2]
    assert Act.objects.get(act="payments.take_table").after["rows"] == 20_001


def test_what_no_workbook_holds_is_said_and_nothing_is_cut(desks, long, monkeypatch):
    monkeypatch.setitem(moneypapers.MOST_ROWS, "xlsx", 20_000)
    run = a_month()
    address = reverse("console:money_table", args=[run.pk])

    page = desks["clerk"].get(address, {"purpose": "pay", "kind": "xlsx"}, follow=True).content.decode()

    assert "共 20001 笔，Excel 文件最多放 20000 笔，没有导出；请选 CSV" in page
    assert not Act.objects.filter(act="payments.take_table").exists()


def test_differences_open_the_payments_behind_each_figure(desks):
    run = a_month()
    page = get(desks["clerk"], "money_run", run.pk)
    assert "?cause=joined" in page

    page = get(desks["clerk"], "money_differences", run.pk, cause="joined")

    for row in PayLine.objects.filter(run=run).select_related("person"):
        assert row.person.name in page
    assert "与上月没有差异" in get(desks["clerk"], "money_differences", run.pk, cause="ended")


def test_the_person_the_household_and_the_case_lead_to_the_money(desks):
    run = a_month()
    line = PayLine.objects.filter(run=run).select_related("household").first()

    assert reverse("console:money_payee", args=[line.person_id]) in get(
        desks["clerk"], "person", line.person_id
    )
    home = get(desks["clerk"], "home", line.household.number)
    assert reverse("console:money_home", args=[line.household.number]) in home
    account = get(desks["clerk"], "money_home", line.household.number)
    assert f"{line.fen / 100:,.2f}" in account
    assert reverse("console:money_line", args=[line.pk]) in account


def test_somebody_elses_county_finds_no_line_file_or_household(desks):
    run = a_month()
    line = PayLine.objects.filter(run=run).select_related("household").first()
    other = at(a_user("bieren", "371003", role="county_finance"))

    for name, key in (
        ("money_line", line.pk),
        ("money_lines", run.pk),
        ("money_files", run.pk),
        ("money_home", line.household.number),
        ("money_payee", line.person_id),
        ("money_papers", run.pk),
        ("money_table", run.pk),
    ):
        assert other.get(reverse(f"console:{name}", args=[key])).status_code == 404, name
