"""The pages of taking benefits over: sent in by one, confirmed by another, rejected rows to correct, and who may do what."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.cases.takeover import actions
from anmin.kernel.cases.takeover.models import TakeoverBatch
from anmin.kernel.entitlements.models import Entitlement
from tests.console.moneydesk import at, get, post
from tests.kernel.cases.takeover.lists import a_file, a_line, a_measuring, gives, with_card
from tests.kernel.payments.money import COUNTY, TOWN, a_family, a_run
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def paid(today):
    """The last month paid elsewhere: the one before this."""
    return f"{today.replace(day=1) - timedelta(1):%Y-%m}"


@pytest.fixture
def clerk():
    return at(a_user("jingban", TOWN, role="town_clerk"))


@pytest.fixture
def approver():
    return at(a_user("queren", COUNTY, role="county_approver"))


def sent(client, folder, *lines, division=TOWN, **more):
    path = a_file(folder, *lines)
    with path.open("rb") as file:
        return post(client, "takeovers", file=file, division=division, **more)


def newest():
    return TakeoverBatch.objects.latest("pk")


def step(client, batch, step, **more):
    return post(client, "takeover_step", batch.pk, step=step, **more)


def test_without_a_list_the_page_says_what_it_is_for_and_who_sends_one(clerk, approver):
    mine, theirs = get(clerk, "takeovers"), get(approver, "takeovers")

    assert "还没有清单" in mine and "下载模板" in mine and "已发至" in mine
    assert "还没有清单" in theirs and "检查清单" not in theirs


def test_a_list_is_sent_in_looked_at_proposed_and_confirmed_by_another(
    tmp_path, clerk, approver, paid, today
):
    home, _ = a_family(card=False)
    a_measuring(H1=gives(90_000))

    shown = sent(clerk, tmp_path, a_line(last_paid=paid, **with_card(1)))
    assert "还没有给任何人起发待遇" in shown and "▲ +40" in shown and "提交确认" in shown
    assert not Entitlement.objects.exists()
    step(clerk, newest(), "propose")
    assert "须由另一人确认" not in get(clerk, "takeover", newest().pk)
    waiting = get(approver, "takeover", newest().pk)
    assert "1 项待遇按原决定转入，每月共 860.00 元" in waiting
    told = step(approver, newest(), "confirm")
    actions.carry_out(batch=newest().pk, on=today)

    assert "正在后台转入" in told
    after = get(approver, "takeover", newest().pk, view="all")
    assert "已转入" in after and "威环民救〔2019〕12号" in after
    helped = get(approver, "home", home.number)
    assert "环翠区民政局" in helped and "每月 900 元，相差 40 元" in helped
    run = a_run(today.replace(day=1), on=today)
    line = get(at(a_user("caiwu", COUNTY, role="county_finance")), "money_line", run.lines.get().pk)
    assert "从原系统转入，每月 860 元" in line and "/cases/原" not in line


def test_rejected_rows_are_downloaded_corrected_and_sent_again(tmp_path, clerk, paid):
    a_family(card=False)
    shown = sent(clerk, tmp_path, a_line(last_paid="十月"))
    assert "不是月份" in shown and "bad_month" in shown
    answer = clerk.get(reverse("console:takeover_rejected", args=[newest().pk]))
    head, row, *_ = (
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )

    shown = sent(clerk, tmp_path, a_line(last_paid=paid), corrects=newest().pk)

    assert head[0] == "行号" and "十月" in row and "已发至：" in row[-1]
    assert "改正的是这一份" in shown and newest().rows.get().state == "accepted"
    assert Act.objects.filter(act="cases.takeover_rejected").exists()


def test_the_template_opens_with_every_column_and_an_explained_header(clerk):
    answer = clerk.get(reverse("console:takeover_template"))

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["在册待遇", "填表说明"]
    assert "已发至*" in book.get_sheet_by_index(0).to_python()[0]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("清单.pdf", b"%PDF", "请用 xlsx、xls 或 csv 文件"),
        ("清单.xlsx", b"nothing", "内容"),
        ("清单.csv", "甲,乙\n1,2\n".encode(), "缺少列"),
        ("清单.csv", b"", "文件是空的"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_reason(tmp_path, clerk, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)

    with path.open("rb") as file:
        shown = post(clerk, "takeovers", file=file, division=TOWN)

    assert told in shown and not TakeoverBatch.objects.exists()


def test_too_long_a_list_and_a_place_of_others_are_refused(tmp_path, clerk, monkeypatch):
    monkeypatch.setattr("anmin.console.views.takeovers.MOST", 1)

    assert "一次最多 1 行" in sent(clerk, tmp_path, a_line(), a_line(serial=11))
    assert "您的岗位在这个地区不能这样办理" in sent(clerk, tmp_path, a_line(), division="371003")
    assert not TakeoverBatch.objects.exists()


def test_who_sent_it_does_not_confirm_it_and_is_told_so(tmp_path, paid):
    both = at(a_user("liangquan", COUNTY, role="child_protector"))
    a_family(card=False)
    sent(both, tmp_path, a_line(last_paid=paid), division=COUNTY)
    step(both, newest(), "propose")

    assert "须由另一人确认" in get(both, "takeover", newest().pk)
    assert "请由另一人确认" in step(both, newest(), "confirm")
    assert newest().state == "proposed"


def test_a_list_is_taken_back_with_a_reason(tmp_path, clerk, approver, paid):
    a_family(card=False)
    sent(clerk, tmp_path, a_line(last_paid=paid))
    step(clerk, newest(), "propose")

    silent = step(approver, newest(), "withdraw", reason="")
    shown = step(approver, newest(), "withdraw", reason="金额列错了")

    assert "请写明撤回的理由" in silent
    assert "撤回的理由：金额列错了" in shown and newest().state == "withdrawn"


def test_another_town_sees_neither_the_list_nor_its_rows(tmp_path, clerk, paid):
    a_family(card=False)
    sent(clerk, tmp_path, a_line(last_paid=paid))
    other = at(a_user("linzhen", "371002002", role="town_clerk"))

    assert "还没有清单" in get(other, "takeovers")
    assert other.get(reverse("console:takeover", args=[newest().pk])).status_code == 404
    assert other.get(reverse("console:takeover_rejected", args=[newest().pk])).status_code == 404


@pytest.mark.parametrize(
    ("role", "division", "page"),
    [
        ("county_finance", COUNTY, "takeovers"),
        ("village_worker", "371002001001", "takeovers"),
        ("county_approver", COUNTY, "takeover_template"),
    ],
)
def test_posts_without_the_power_are_turned_away(role, division, page):
    client = at(a_user("bierende", division, role=role))

    assert client.get(reverse(f"console:{page}")).status_code == 403


def test_who_was_shown_is_written_down(tmp_path, clerk, paid):
    _, (person,) = a_family(card=False)
    sent(clerk, tmp_path, a_line(last_paid=paid))

    get(clerk, "takeover", newest().pk, view="all")

    assert any(person.pk in row.persons for row in Read.objects.filter(fields="takeover"))
