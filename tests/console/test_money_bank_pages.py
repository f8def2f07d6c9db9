"""The bank's pages: files, hand-over, answers in quarantine, reconciliation, what came back and how it goes out again."""

import base64
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.payments.banks.models import BankCall, PayFile, ReturnFile
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.people.models import Person
from tests.console.moneydesk import at, get, post, worked
from tests.kernel.payments.banks.banking import a_return, families
from tests.kernel.payments.money import COUNTY, a_budget, a_card, a_run, approved
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks():
    return {
        "clerk": at(a_user("caiwu", COUNTY, role="county_finance")),
        "other": at(a_user("caiwu2", COUNTY, role="county_finance")),
        "boss": at(a_user("shenhe", COUNTY, role="county_approver")),
    }


@pytest.fixture
def run(desks):
    month = timezone.localdate().replace(day=1)
    a_budget(10_000_000_00, year=month.year)
    families(2, first_month=(month - timedelta(1)).replace(day=1))
    return approved(a_run(month, on=month))


def handed_over(desks, run):
    """The run's file, made and brought to a bank that is reached by hand."""
    post(desks["clerk"], "money_ask", "make_files", run=run.pk)
    worked()
    file = PayFile.objects.get()
    call = BankCall.objects.get()
    call.state = "done"
    call.save()
    file.state = "accepted"
    file.save()
    return file


def handed_in(client, file, content, name="hp.ret"):
    """A return file uploaded on the page, and taken in by the worker."""
    given = {"division": COUNTY, "form": file.form, "file": SimpleUploadedFile(name, content)}
    page = post(client, "money_ask", "receive", **given)
    assert "正在后台办理" in page
    worked()


def test_files_are_made_by_a_click_and_every_line_has_its_place_in_one(desks, run):
    assert "这个批次还没有代发文件" in get(desks["clerk"], "money_files", run.pk)

    page = post(desks["clerk"], "money_ask", "make_files", run=run.pk, back=f"/money/{run.pk}/files/")
    assert "正在后台办理" in page
    assert "生成 1 个代发文件，2 笔" in worked().told

    page = get(desks["clerk"], "money_files", run.pk)
    file = PayFile.objects.get()
    assert f"{run.number}-01" in page
    assert "王秀英" in get(desks["clerk"], "money_file", file.pk) or "李建国" in get(
        desks["clerk"], "money_file", file.pk
    )
    assert "已送银行" in get(desks["clerk"], "money_lines", run.pk, state="filed")


def test_a_return_file_that_was_cut_off_is_quarantined_whole_and_says_where(desks, run):
    file = handed_over(desks, run)
    content = a_return(file, "paid", day=timezone.localdate())

    handed_in(desks["clerk"], file, content[: len(content) - 7])

    row = ReturnFile.objects.get()
    page = get(desks["clerk"], "money_return", row.pk)
    assert row.state == "quarantined"
    assert "整个文件一行也没有入账" in page and row.reasons[0]["words"] in page
    assert "文件有错，不能放行" in get(desks["other"], "money_return", row.pk)
    assert PayLine.objects.filter(state="filed").count() == 2
    assert "隔离的回盘" in get(desks["clerk"], "money")
    post(desks["clerk"], "money_ask", "reject_return", subject=row.pk, words="银行重新提供")
    worked()
    row.refresh_from_db()
    assert row.state == "rejected"


def test_what_was_paid_and_what_came_back_stands_on_the_pages_and_reconciles(desks, run):
    file = handed_over(desks, run)

    handed_in(desks["clerk"], file, a_return(file, ["paid", "returned"], day=timezone.localdate()))
    assert worked().told.startswith("已核对入账：2 笔")
    post(desks["clerk"], "money_ask", "reconcile", run=run.pk)
    worked()

    page = get(desks["clerk"], "money_files", run.pk)
    assert "回盘：到账" in page and "账上支出" in page
    paid = PayLine.objects.get(state="paid")
    life = get(desks["clerk"], "money_line", paid.pk)
    for words in ("名单锁定", "签字", "写入代发文件", "到账（"):
        assert words in life, words
    assert life.index("名单锁定") < life.index("写入代发文件") < life.index("到账（")
    assert f"{paid.fen / 100:,.2f}" in get(desks["clerk"], "money_home", paid.household.number)


def test_a_returned_payment_is_called_about_mended_and_sent_again(desks, run):
    file = handed_over(desks, run)
    handed_in(desks["clerk"], file, a_return(file, ["paid", "returned"], day=timezone.localdate()))
    line = PayLine.objects.get(state="returned")
    Person.objects.filter(pk=line.person_id).update(phone="")
    person = Person.objects.get(pk=line.person_id)
    person.phone = "19000000123"
    person.save()
    page = get(desks["clerk"], "money_returned")
    assert "19000000123" not in page and "更正账户并复核后重发" in page
    assert "请先选择查阅目的" in post(desks["clerk"], "money_returned_show", line=line.pk, purpose="")
    assert "19000000123" in post(desks["clerk"], "money_returned_show", line=line.pk, purpose="pay")
    assert Read.objects.filter(fields="phone", persons=[line.person_id]).exists()

    post(desks["clerk"], "money_ask", "reissue", subject=line.pk)
    assert "请先登记正确的账户" in worked().told
    page = post(
        desks["clerk"],
        "money_payee",
        line.person_id,
        way="social",
        bank="威海银行",
        number=a_card(77),
        first_day=timezone.localdate(),
        source="社会保障卡复印件",
    )
    assert "等另一人复核后生效" in page
    account = PayeeAccount.objects.get(confirmed_at__isnull=True)
    assert "登记账户的人不能自己复核" in post(desks["clerk"], "money_account", account.pk, step="confirm")
    assert "已复核" in post(desks["other"], "money_account", account.pk, step="confirm")
    post(desks["clerk"], "money_ask", "reissue", subject=line.pk)
    assert "已生成重发文件" in worked().told

    line.refresh_from_db()
    assert line.state == "filed"
    assert "写入重发文件" in get(desks["clerk"], "money_line", line.pk)
    assert "没有待处理的退票" in get(desks["clerk"], "money_returned")


def test_giving_up_is_asked_for_by_one_and_agreed_to_by_another(desks, run):
    file = handed_over(desks, run)
    handed_in(desks["clerk"], file, a_return(file, ["paid", "returned"], day=timezone.localdate()))
    line = PayLine.objects.get(state="returned")

    page = post(desks["clerk"], "money_ask", "give_up", subject=line.pk, words="人已去世，无继承")
    asked = Errand.objects.get(kind="give_up")
    assert "等另一人复核" in page
    assert 'value="second"' not in get(desks["clerk"], "money_errands")
    assert 'value="second"' in get(desks["boss"], "money_errands")
    assert "须由两人办理" in post(desks["clerk"], "money_errand", asked.pk, step="second") or (
        "没有这项资金权限" in post(desks["clerk"], "money_errand", asked.pk, step="second")
    )
    post(desks["boss"], "money_errand", asked.pk, step="second")
    worked()

    line.refresh_from_db()
    assert line.state == "excluded"
    assert "决定不再发放" in get(desks["boss"], "money_line", line.pk)


def test_a_statement_that_does_not_add_up_is_refused_and_one_that_does_is_laid_beside_the_answers(desks, run):
    file = handed_over(desks, run)
    handed_in(desks["clerk"], file, a_return(file, "paid", day=timezone.localdate()))
    keys = list(file.lines.order_by("seq").values_list("key", "fen"))
    total = sum(fen for _key, fen in keys)

    def upload(lines, closing):
        text = "".join(f"{key},{fen / 100:.2f}\n" for key, fen in lines)
        return post(
            desks["clerk"],
            "money_ask",
            "take_statement",
            division=COUNTY,
            form=file.form,
            day=timezone.localdate().isoformat(),
            opening="1000000",
            closing=f"{closing / 100:.2f}",
            file=SimpleUploadedFile("dzd.csv", text.encode()),
        )

    upload(keys, 1)
    assert "期初、明细和期末对不上" in worked().told
    upload(keys[:1], 1_000_000_00 - keys[0][1])
    assert worked().told == "当天有 1 处不符"
    assert keys[1][0] in get(desks["clerk"], "money_banks")
    assert total > 0
    page = post(
        desks["clerk"],
        "money_ask",
        "take_statement",
        division=COUNTY,
        form=file.form,
        day="2026-01-01",
        file=SimpleUploadedFile("x.csv", b"a,b,c\n"),
    )
    assert "第 1 行应为：指令号,金额" in page


def test_a_file_is_taken_for_a_purpose_only_and_leaves_its_mark(desks, run):
    post(desks["clerk"], "money_ask", "make_files", run=run.pk)
    worked()
    file = PayFile.objects.get()
    asked = get(desks["clerk"], "money_file_take", file.pk)
    assert "用途" in asked and not Act.objects.filter(act="payments.take_file").exists()

    answer = desks["clerk"].get(reverse("console:money_file_take", args=[file.pk]), {"purpose": "pay"})

    assert answer.status_code == 200 and answer["X-Watermark"]
    assert Act.objects.get(act="payments.take_file").after["lines"] == 2


def test_a_file_with_somebody_the_reader_may_not_see_is_not_taken(desks, run):
    post(desks["clerk"], "money_ask", "make_files", run=run.pk)
    worked()
    file = PayFile.objects.get()
    PayFile.objects.filter(pk=file.pk).update(lines_number=3)

    answer = desks["clerk"].get(
        reverse("console:money_file_take", args=[file.pk]), {"purpose": "pay"}, follow=True
    )

    assert "您无权查看的人员" in answer.content.decode()


def test_an_empty_upload_and_a_foreign_place_are_told(desks):
    assert "请选择银行给的回盘文件" in post(desks["clerk"], "money_ask", "receive", division=COUNTY)
    file = SimpleUploadedFile("a.ret", b"x")
    assert "请选择您负责的县区" in post(
        desks["clerk"], "money_ask", "receive", division="371003", form="one_card", file=file
    )
    assert "没有这种资金事项" in post(desks["clerk"], "money_ask", "burn")
    assert not Errand.objects.exists()


def test_the_content_that_was_handed_in_is_kept_sealed_and_only_until_it_is_taken_in(desks, run):
    file = handed_over(desks, run)
    content = a_return(file, "paid", day=timezone.localdate())
    given = {"division": COUNTY, "form": file.form, "file": SimpleUploadedFile("hp.ret", content)}
    post(desks["clerk"], "money_ask", "receive", **given)
    assert base64.b64decode(Errand.objects.get(kind="receive").content) == content

    worked()

    assert Errand.objects.get(kind="receive").content == ""
    assert PayRun.objects.get().state == "settled"


def test_a_letter_of_the_bank_is_noted_with_the_day_on_which_it_booked(desks, run):
    file, today = handed_over(desks, run), timezone.localdate()
    PayFile.objects.update(made_on=today - timedelta(3))
    handed_in(desks["clerk"], file, a_return(file, ["paid", "unknown"], day=today))
    line = PayLine.objects.get(state="unknown")
    order = line.orders.get()
    assert 'name="day"' in get(desks["clerk"], "money_line", line.pk)
    given = {"subject": order.pk, "status": "paid", "words": "函〔2026〕3号"}

    assert "银行记账日请写成" in post(desks["clerk"], "money_ask", "settle_by_paper", **given, day="昨天")
    post(desks["clerk"], "money_ask", "settle_by_paper", **given, day=today - timedelta(2))
    asked = Errand.objects.get(kind="settle_by_paper")
    assert str(today - timedelta(2)) in get(desks["boss"], "money_errands")
    post(desks["boss"], "money_errand", asked.pk, step="second")
    worked()

    order.refresh_from_db()
    assert (order.state, order.answered_on) == ("paid", today - timedelta(2))
    assert ReturnFile.objects.get(form="paper").posted_on == today


def test_what_comes_back_after_the_run_was_closed_can_be_let_count_on_the_page(desks, run):
    file, today = handed_over(desks, run), timezone.localdate()
    handed_in(desks["clerk"], file, a_return(file, "paid", day=today))
    post(desks["clerk"], "money_ask", "close_run", run=run.pk)
    worked()
    handed_in(desks["clerk"], file, a_return(file, ["returned", "paid"], day=today), name="late.ret")
    row = ReturnFile.objects.get(state="quarantined")
    assert [one["code"] for one in row.reasons] == ["run_closed"]

    assert "核实入账" not in get(desks["clerk"], "money_return", row.pk)
    assert "核实入账" in get(desks["other"], "money_return", row.pk)
    post(desks["other"], "money_ask", "release_return", subject=row.pk, words="银行来函：账户已注销")
    worked()

    row.refresh_from_db()
    assert row.state == "released"
    assert PayLine.objects.filter(state="returned").count() == 1
