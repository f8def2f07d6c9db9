"""What stands behind the figures of banks, budgets and books, and what leaves the screen in which form."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import PayFile, ReturnFile
from anmin.kernel.payments.budget.models import BudgetLine
from anmin.kernel.payments.errands.models import Errand
from tests.console.moneydesk import a_month, desks, get, post, worked
from tests.kernel.payments.banks.banking import a_return, received, sent
from tests.kernel.payments.money import TODAY, a_budget, a_family, a_grant, a_run, an_account, approved

pytestmark = pytest.mark.django_db
assert desks


def fen_of(words):
    return int(words.replace(",", "").replace(".", "").replace("−", "-"))


def test_an_answer_of_the_bank_says_how_much_arrived_came_back_and_is_not_known(desks):
    file, _bank = sent(3)
    answer = received(file, a_return(file, ["paid", "returned", "unknown"]))

    page = get(desks["clerk"], "money_return", answer.pk)

    for state, words in (("paid", "已到账"), ("returned", "退票"), ("unknown", "银行答复不明")):
        href = f"/money/files/{file.pk}/?answer={answer.pk}&amp;state={state}"
        assert href in page and words in page
        listed = get(desks["clerk"], "money_file", file.pk, answer=answer.pk, state=state)
        assert "第 1 至 1 条，共 1 条" in listed


def test_each_result_of_a_file_says_how_many_and_lists_as_many(desks):
    file, _bank = sent(3)
    received(file, a_return(file, ["paid", "paid", "unknown"]))

    page = get(desks["clerk"], "money_file", file.pk)

    found = dict(re.findall(r'<a href="\?state=(\w+)"[^>]*>\D+(\d+)</a>', page))
    assert found == {"paid": "2", "unknown": "1"}
    for state, number in found.items():
        assert f"共 {number} 条" in get(desks["clerk"], "money_file", file.pk, state=state)


def test_what_was_spent_out_of_a_budget_line_opens_the_payments_that_add_up_to_it(desks):
    file, _bank = sent(3)
    received(file, a_return(file, ["paid", "paid", "returned"]))
    line = BudgetLine.objects.get()
    spent = sum(order.fen for order in file.lines.order_by("seq")[:2])
    funds = get(desks["clerk"], "money_funds", year=2026)
    assert f"/money/budget/{line.pk}/?account=spent#postings" in funds

    page = get(desks["clerk"], "money_budget_line", line.pk, account="spent")

    listed = page[page.index('id="postings"') : page.index("共 2 条")]
    rows = re.findall(r'data-name="借正贷负（元）">([−\d,.]+)<', listed)
    assert sum(fen_of(row) for row in rows) == spent
    assert f"{spent / 100:,.2f}" in listed and listed.count("/money/lines/") == 2


def test_the_trial_balance_stands_in_two_columns_that_add_up(desks):
    file, _bank = sent(2)
    received(file, a_return(file, ["paid", "returned"]))

    page = get(desks["clerk"], "money_books", month="2026-11")

    sums = re.search(r"合计</th><td[^>]*><b>([\d,.]+)</b></td><td[^>]*><b>([\d,.]+)</b>", page)
    assert sums is not None and sums[1] == sums[2] != "0.00"
    assert "借贷平衡" in page
    amounts = re.findall(r'data-name="金额（元）">([\d,.]+)<', page)
    assert f"{sum(order.fen for order in file.lines.all()) / 100:,.2f}" in amounts
    assert "return:" not in page and "file:" not in page and f"/money/files/{file.pk}/" in page


def test_the_account_of_a_household_speaks_of_events_and_not_of_codes(desks):
    file, _bank = sent(1)
    received(file, a_return(file, "paid"))
    home = file.lines.get().pay_line.household

    page = get(desks["clerk"], "money_home", home.number)

    assert "回盘：到账" in page and "return:" not in page


def test_whoever_takes_the_table_chooses_what_kind_of_file(desks):
    run = a_month()
    page = get(desks["clerk"], "money_table", run.pk)
    assert "Excel 表格" in page and "文本表格（CSV）" in page

    for kind in ("xlsx", "csv"):
        answer = desks["clerk"].get(f"/money/{run.pk}/table/", {"purpose": "pay", "kind": kind})
        assert f".{kind}" in answer["Content-Disposition"]
        content = b"".join(answer) if answer.streaming else answer.content
        if kind == "xlsx":
            rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
            assert sum(row[7] for row in rows if isinstance(row[7], int | float)) == run.total / 100


def test_a_sheet_that_people_sign_ends_as_a_table_and_a_banks_file_does_not(desks):
    a_budget(10_000_00)
    for serial, way in ((1, "social"), (2, "cash")):
        family, people = a_family(f"K{serial}", "张桂兰", serial=serial, card=False)
        an_account(people[0], serial, way=way)
        a_grant(family, 732_00, TODAY.replace(day=1))
    filing.make_files(by="test", run=approved(a_run()), on=TODAY)

    ends = {}
    for file in PayFile.objects.all():
        answer = desks["clerk"].get(f"/money/files/{file.pk}/take/", {"purpose": "pay"})
        ends[file.bank] = answer["Content-Disposition"].rstrip('"').rsplit(".", 1)[-1]

    assert ends == {"cash": "csv", "one_card": "pay"}


def test_files_are_not_offered_twice(desks):
    run = a_month()
    assert "生成代发文件</button>" in get(desks["clerk"], "money_files", run.pk)

    filing.make_files(by="test", run=run, on=timezone.localdate())

    page = get(desks["clerk"], "money_files", run.pk)
    assert "生成代发文件</button>" not in page and "已经写进代发文件" in page


def test_a_statement_may_begin_with_its_heading(desks):
    given = {
        "division": "371002",
        "form": "one_card",
        "day": "2026-11-25",
        "opening": "100",
        "closing": "100",
    }
    text = "指令号,金额（元）\n1-1,50.00\n2-1,-50.00\n"

    post(
        desks["clerk"],
        "money_ask",
        "take_statement",
        file=SimpleUploadedFile("dzd.csv", text.encode()),
        **given,
    )

    (asked,) = Errand.objects.filter(kind="take_statement")
    assert asked.values["lines"] == [["1-1", 50_00], ["2-1", -50_00]]


def test_what_a_statement_lacks_leads_to_the_payment_and_the_usual_format_is_chosen(desks):
    file, _bank = sent(2)
    received(file, a_return(file, "paid"))
    first, second = file.lines.order_by("seq")
    assert '<option value="one_card" selected>' in get(desks["clerk"], "money_banks")

    post(
        desks["clerk"],
        "money_ask",
        "take_statement",
        division="371002",
        form="one_card",
        day=TODAY.isoformat(),
        opening="10000",
        closing=f"{(10_000_00 - first.fen) / 100:.2f}",
        file=SimpleUploadedFile("dzd.csv", f"{first.key},{first.fen / 100:.2f}\n".encode()),
    )
    worked()

    page = get(desks["clerk"], "money_banks")
    assert f'<a href="/money/lines/{second.pay_line_id}/">{second.key}</a>' in page


def test_a_row_without_an_amount_further_down_is_still_told(desks):
    page = post(
        desks["clerk"],
        "money_ask",
        "take_statement",
        division="371002",
        form="one_card",
        day="2026-11-25",
        opening="100",
        closing="100",
        file=SimpleUploadedFile("dzd.csv", "1-1,50.00\n合计,\n".encode()),
    )

    assert "第 2 行金额" in page and not Errand.objects.exists()


def test_a_wrong_file_says_what_to_do_also_to_whoever_handed_it_in(desks):
    post(
        desks["clerk"],
        "money_ask",
        "receive",
        division="371002",
        form="one_card",
        file=SimpleUploadedFile("照片.jpg", b"\xff\xd8\xff\xe0 no answer of any bank"),
    )
    worked()

    page = get(desks["clerk"], "money_return", ReturnFile.objects.get().pk)

    assert "文件有错，不能放行；作废后向银行索取正确的回盘文件。" in page


def test_execution_is_taken_as_a_table_with_the_figures_of_the_page(desks):
    file, _bank = sent(2)
    received(file, a_return(file, ["paid", "returned"]))
    spent = file.lines.order_by("seq").first().fen

    answer = desks["clerk"].get("/money/funds/", {"year": "2026", "kind": "xlsx"})

    heading, row, mark = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    found = dict(zip(heading, row, strict=True))
    assert found["支出（元）"] == spent / 100 and found["下达（元）"] == 10_000_000
    assert found["地区"] == "环翠区" and "caiwu" in mark[0]
    text = desks["clerk"].get("/money/funds/", {"year": "2026", "kind": "csv"}).content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("资金,地区代码,地区")


def test_what_one_chooses_from_speaks_english_too(desks):
    _family, people = a_family("E1", "张三")
    desks["clerk"].cookies["django_language"] = "en"

    page = get(desks["clerk"], "money_sentinel_new", people[0].pk)

    options = re.findall(r"<option[^>]*>([^<]+)</option>", page)
    assert "Cremation" in options and not any(re.search("[一-鿿]", one) for one in options)
