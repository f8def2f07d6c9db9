"""资金：月度发放的计算、校验、差异和状态，预算执行，账簿核验。"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from anmin.cli.running import REFUSED, err, out
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import operator
from anmin.kernel.entitlements.actions import EntitlementProblem
from anmin.kernel.entitlements.queries import benefits_of_runs, title_of_benefit
from anmin.kernel.entitlements.rerating.actions import rerate
from anmin.kernel.entitlements.rerating.queries import rerates
from anmin.kernel.payments.budget.queries import execution
from anmin.kernel.payments.checks.actions import check
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.queries import by_code, exceptions, words_of
from anmin.kernel.payments.ledger.models import Account
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.runs import actions, queries
from anmin.kernel.payments.runs.causes import CAUSES
from anmin.kernel.payments.runs.differences import difference_sums
from anmin.kernel.payments.verifying import flaws

money_app = typer.Typer(
    help="资金：月度发放的计算、校验、差异和状态，预算执行，账簿核验", no_args_is_help=True
)
Number = Annotated[str, typer.Argument(help="批次号，见 anmin money status")]
Place = Annotated[str, typer.Argument(help="行政区划代码，例如 371002")]
BY = "操作员"


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(money_app, name="money")


def _reader():  # type: ignore[no-untyped-def]
    return operator(timezone.localdate())


def _run(number: str):  # type: ignore[no-untyped-def]
    found = queries.runs(_reader()).filter(number=number).first()
    if found is None:
        raise typer.BadParameter(f"没有批次 {number}；anmin money status 列出所有批次")
    return found


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as trouble:
        raise typer.BadParameter(f"月份“{text}”看不懂，请写成 2026-11") from trouble


@money_app.command("run")
def run_month(
    division: Place,
    month: Annotated[str, typer.Argument(help="月份，例如 2026-11")],
    benefit: Annotated[
        list[str] | None, typer.Option("--benefit", help="只算这些待遇；默认所有按月发放的")
    ] = None,
) -> None:
    """锁定名单、计算、校验；不提交、不发钱。审批只能由两名有权限的人在页面上办理。"""
    today = timezone.localdate()
    try:
        row = actions.lock_roster(
            by=BY, division=division, month=_month(month), benefits=benefit or benefits_of_runs(), on=today
        )
        done = actions.compute(by=BY, run=row, on=today)
        check(by=BY, run=row, on=today)
    except PaymentProblem as problem:
        err.print(f"[red]不能办理：[/red]{problem}")
        raise typer.Exit(REFUSED) from problem
    out.print(f"批次 {row.number}：{done.lines:,} 笔，{yuan(done.fen)} 元；新发现多发 {done.found:,} 个月")
    _tell_differences(row)
    _tell_exceptions(row)


@money_app.command("status")
def status(division: Annotated[str, typer.Option("--division", help="只看这里")] = "") -> None:
    """列出批次：月份、状态、笔数、金额、待处理异常，新的在前。"""
    table = Table("批次", "月份", "状态", "笔数", "金额（元）", "待处理异常")
    rows = queries.runs(_reader())
    for row in rows.filter(division=division) if division else rows:
        open_ones = sum(by_code(_reader(), row).values())
        table.add_row(
            row.number,
            f"{row.month:%Y-%m}",
            row.get_state_display(),
            f"{row.lines_number:,}",
            yuan(row.total),
            str(open_ones),
        )
    out.print(table if table.row_count else "还没有发放批次：anmin money run 区划 月份")


@money_app.command("differences")
def differences(number: Number) -> None:
    """一个批次与上月的差异，按原因合计；合计等于两月总额之差。"""
    _tell_differences(_run(number))


@money_app.command("exceptions")
def list_exceptions(number: Number) -> None:
    """一个批次待处理的异常：明细号、种类、原因、由谁处理。"""
    table = Table("明细", "种类", "原因", "权限")
    for row in exceptions(_reader(), _run(number)):
        table.add_row(str(row.line_id or "全批"), str(CODES[row.code].title), words_of(row), row.power)
    out.print(table if table.row_count else "没有待处理的异常")


@money_app.command("rerate")
def rerate_benefits(
    division: Place,
    since: Annotated[str, typer.Argument(help="新标准从哪个月起，例如 2026-07")],
    benefit: Annotated[list[str], typer.Option("--benefit", help="待遇，可写多次，例如 assistance/dibao")],
    document: Annotated[str, typer.Option("--document", help="调标文件的文号")] = "",
    law: Annotated[str, typer.Option("--law", help="依据")] = "",
    decider: Annotated[str, typer.Option("--by", help="作出决定的工作人员的登录名；不写只测算")] = "",
) -> None:
    """标准提高且从过去某月起执行：按新标准重新测算，由一名工作人员依文件决定；补发的钱由下一批次算出。"""
    month = _month(since)
    if not decider:
        _tell_rerates(division, benefit, month)
        return
    user = User.objects.filter(username=decider, is_active=True).first()
    if user is None:
        raise typer.BadParameter(f"没有登录名为 {decider} 的工作人员")
    try:
        done = rerate(
            by=user,
            division=division,
            benefits=benefit,
            first_month=month,
            document=document,
            law=law,
            on=timezone.localdate(),
        )
    except EntitlementProblem as problem:
        err.print(f"[red]不能办理：[/red]{problem}")
        raise typer.Exit(REFUSED) from problem
    out.print(f"已调整 {done.number:,} 户（人），每月共增加 {yuan(done.fen)} 元；补发由下一批次算出")
    for one in done.left:
        out.print(f"待遇 {one.entitlement.pk}：{'；'.join(one.left)}")


def _tell_rerates(division: str, benefits: list[str], month: date) -> None:
    table = Table("待遇", "月份", "现在（元）", "新标准（元）", "说明")
    number = 0
    for one in rerates(division, benefits, month):
        number += bool(one.rises)
        for piece in one.rises:
            until = f"{piece.last_month:%Y-%m}" if piece.last_month else "今后"
            span = f"{piece.first_month:%Y-%m} 至 {until}"
            table.add_row(str(one.entitlement.pk), span, yuan(piece.before), yuan(piece.after), "")
        for words in one.left:
            table.add_row(str(one.entitlement.pk), "", "", "", words)
    out.print(table if table.row_count else "没有要调整的待遇")
    out.print(f"会调整 {number:,} 户（人）；加上 --by、--document、--law 才作出决定")


@money_app.command("void")
def void(number: Number, reason: Annotated[str, typer.Option("--reason", help="为什么")]) -> None:
    """作废还没有生成代发文件的批次，解冻资金。"""
    _done(lambda: actions.void(by=BY, run=_run(number), on=timezone.localdate(), reason=reason))
    out.print(f"批次 {number} 已作废")


@money_app.command("close")
def close(number: Number) -> None:
    """办结一个批次：每一笔都到账或已决定不发。"""
    _done(lambda: actions.close_run(by=BY, run=_run(number), on=timezone.localdate()))
    out.print(f"批次 {number} 已办结")


@money_app.command("execution")
def show_execution(division: Place, year: Annotated[int, typer.Argument(help="年度")]) -> None:
    """预算执行：每项指标下达、分配、可用、冻结、在途、支出，都是账簿的合计。"""
    table = Table("地区", "资金", "用途", "下达", "分配下级", "可用", "冻结", "在途", "支出", "执行率")
    for row in execution(_reader(), division, year):
        figures = (row.planned, row.allotted, row.available, row.blocked, row.transit, row.spent)
        table.add_row(row.division, row.fund, row.use, *map(yuan, figures), f"{row.share_bp / 100:.2f}%")
    out.print(table if table.row_count else f"{division} 在 {year} 年没有预算指标")


@money_app.command("ledger")
def ledger(division: Place) -> None:
    """试算平衡表：一个地区及以下各科目的余额，合计为零。"""
    table = Table("科目", "余额（元）")
    rows = trial_balance(division)
    for account, fen in rows.items():
        table.add_row(str(Account(account).label), yuan(fen))
    table.add_row("合计", yuan(sum(rows.values())))
    out.print(table)


@money_app.command("verify")
def verify() -> None:
    """核验账簿：借贷平衡、余额不为负、明细等于构成、到账等于支出、名单封签。"""
    found = flaws()
    for flaw in found:
        err.print(f"[red]{flaw.where}[/red]：{flaw.words}")
    if found:
        raise typer.Exit(1)
    out.print("账簿、明细和封签都对得上")


def _done(action):  # type: ignore[no-untyped-def]
    try:
        action()
    except PaymentProblem as problem:
        err.print(f"[red]不能办理：[/red]{problem}")
        raise typer.Exit(REFUSED) from problem


def _tell_differences(row) -> None:  # type: ignore[no-untyped-def]
    table = Table("与上月差异", "笔数", "金额（元）")
    for one in difference_sums(row):
        table.add_row(str(CAUSES[one.cause]), f"{one.number:,}", yuan(one.fen))
    table.add_row("合计", "", yuan(sum(one.fen for one in difference_sums(row))))
    out.print(table)


def _tell_exceptions(row) -> None:  # type: ignore[no-untyped-def]
    found = by_code(_reader(), row)
    for code, number in found.items():
        out.print(f"  {CODES[code].title}：{number:,} 条")
    titles = "、".join(title_of_benefit(key) for key in row.benefits)
    out.print(
        f"待遇：{titles}。" + ("异常处理完后在页面上提交审批。" if found else "没有异常，可以提交审批。")
    )
