"""银行：代发文件、发送与查证、回盘、退票、结果不明、三方对账、日终对账单。"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from anmin.cli.running import REFUSED, err, out
from anmin.kernel.access.queries import operator
from anmin.kernel.payments.banks import queries
from anmin.kernel.payments.banks.contents import FileProblem
from anmin.kernel.payments.banks.filing.actions import make_files
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reconciling.actions import (
    Difference,
    reconcile,
    statement_differences,
    take_statement,
)
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.banks.storage import content_of
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.queries import runs
from anmin.lib.money import MoneyProblem, parse_yuan

bank_app = typer.Typer(
    help="银行：代发文件、发送与查证、回盘、退票、三方对账、日终对账单", no_args_is_help=True
)
Number = Annotated[str, typer.Argument(help="批次号，见 anmin money status")]
File = Annotated[str, typer.Argument(help="代发文件的批次号，例如 371002-202611-01-01，见 anmin bank files")]
BY = "操作员"


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(bank_app, name="bank")


def _run(number: str) -> PayRun:
    found = runs(operator(timezone.localdate())).filter(number=number).first()
    if found is None:
        raise typer.BadParameter(f"没有批次 {number}；anmin money status 列出所有批次")
    return found


def _refused(problem: PaymentProblem) -> None:
    err.print(f"[red]无法继续：[/red]{problem}")
    if isinstance(problem, FileProblem):
        for one in problem.lines[:20]:
            err.print(f"  {one.line}：{one.words}")
    raise typer.Exit(REFUSED)


@bank_app.command("files")
def files(
    run: Annotated[str, typer.Argument(help="批次号；不写列出所有代发文件")] = "",
    make: Annotated[bool, typer.Option("--make", help="为这个批次还没出文件的明细生成代发文件")] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="写不进文件的明细留下不发，其余照发（默认一处不对就都不生成）")
    ] = False,
) -> None:
    """列出代发文件；加 --make 从已审批的批次生成。"""
    reader, today = operator(timezone.localdate()), timezone.localdate()
    row = _run(run) if run else None
    if make:
        if row is None:
            raise typer.BadParameter("生成代发文件要写明批次号")
        try:
            done = make_files(by=BY, run=row, on=today, leave_out=leave_out)
        except PaymentProblem as problem:
            _refused(problem)
        else:
            for one in done.left:
                out.print(f"[yellow]留下未发[/yellow] 明细 {one.pay_line}：{one.words}")
    table = Table("文件", "银行", "笔数", "金额（元）", "状态", "银行回执")
    for file in queries.files(reader, row)[:100]:
        state = file.get_state_display()
        table.add_row(
            file.batch, file.bank, f"{file.lines_number:,}", yuan(file.fen), state, file.bank_reference
        )
    out.print(table if table.row_count else "还没有代发文件")


@bank_app.command("send")
def send() -> None:
    """把待发的文件送交有直连通道的银行，查证结果不明的，收取回盘；已经送出的绝不自动重发。"""
    now = timezone.now()
    trouble = None
    try:
        for call in outbox.deliver_due(by=BY, at=now):
            out.print(f"{call.key} {call.get_state_display()}")
    except PaymentProblem as problem:
        trouble = problem
    for row in returning.collect(by=BY, on=timezone.localdate()):
        out.print(f"回盘 {row.name} {row.get_state_display()}（编号 {row.pk}）")
    waiting = list(queries.calls_open(operator(timezone.localdate())))
    for call in waiting:
        out.print(f"[yellow]{call.key}[/yellow] {call.get_state_display()}（{call.bank}）")
    if not waiting:
        out.print("没有待发或待查证的文件")
    if trouble is not None:
        _refused(trouble)


@bank_app.command("export")
def export(file: File, path: Annotated[Path, typer.Argument(help="写到哪里；不覆盖已有文件")]) -> None:
    """把一个代发文件原样写出来，供人工送交银行或打印签领表；送交后用 anmin bank hand-over 登记。"""
    row = queries.file_named(operator(timezone.localdate()), file)
    if row is None:
        raise typer.BadParameter(f"没有代发文件 {file}")
    try:
        content = content_of(row)
    except PaymentProblem as problem:
        _refused(problem)
    else:
        with path.open("xb") as target:
            target.write(content)
        out.print(f"已写到 {path}，{row.lines_number:,} 笔，{yuan(row.fen)} 元。文件含姓名账号，用后请销毁。")


@bank_app.command("hand-over")
def hand_over(file: File, reference: Annotated[str, typer.Argument(help="银行回执号，或签收人")]) -> None:
    """登记一个文件已由人送交银行或发放点。"""
    row = queries.file_named(operator(timezone.localdate()), file)
    if row is None:
        raise typer.BadParameter(f"没有代发文件 {file}")
    try:
        outbox.hand_over(by=BY, file=row, reference=reference, on=timezone.localdate(), at=timezone.now())
    except PaymentProblem as problem:
        _refused(problem)
    out.print(f"已登记：{file} {reference}")


@bank_app.command("receive")
def receive(
    path: Annotated[Path, typer.Argument(help="回盘文件", exists=True, dir_okay=False)],
    form: Annotated[str, typer.Option("--form", help="格式，见 anmin bank forms")],
    division: Annotated[str, typer.Option("--division", help="单位的行政区划代码，例如 371002")],
) -> None:
    """导入回盘文件：逐行核对入账，或整个隔离并说明原因；重复导入不起作用。"""
    try:
        row = returning.receive(
            by=BY,
            form=form,
            division=division,
            name=path.name,
            content=path.read_bytes(),
            on=timezone.localdate(),
        )
    except PaymentProblem as problem:
        _refused(problem)
        return
    out.print(f"{row.get_state_display()}：{row.lines_number:,} 笔，{yuan(row.fen)} 元（编号 {row.pk}）")
    for reason in row.reasons[:20]:
        out.print(f"  {reason['words']}")
    if row.state == "quarantined":
        raise typer.Exit(REFUSED)


@bank_app.command("unknown")
def unknown() -> None:
    """列出没有答复、答复不明的付款和隔离的回盘。"""
    reader = operator(timezone.localdate())
    table = Table("文件", "序号", "指令号", "金额（元）", "状态", "送出")
    for order in queries.orders_open(reader)[:200]:
        sent = f"{timezone.localtime(order.file.sent_at):%m-%d %H:%M}" if order.file.sent_at else "不明"
        table.add_row(
            order.file.batch, str(order.seq), order.key, yuan(order.fen), order.get_state_display(), sent
        )
    out.print(table if table.row_count else "没有未答复的付款")
    for row in queries.quarantined(reader):
        words = row.reasons[0]["words"] if row.reasons else ""
        out.print(f"[yellow]隔离[/yellow] 编号 {row.pk} {row.name}：{words}")


@bank_app.command("returned")
def returned(run: Annotated[str, typer.Argument(help="批次号；不写列出全部")] = "") -> None:
    """列出退票：原因、该怎么办；电话请在网页上看（查看有记录）。"""
    mends = {"account": "更正账户并复核后重发", "same": "可按原账户重发", "ask": "先向银行或本人核实"}
    table = Table("明细", "指令号", "金额（元）", "原因", "怎么办")
    for one in queries.returned(operator(timezone.localdate()), _run(run) if run else None):
        why, mend = (one.code.title, mends[one.code.mend]) if one.code else (one.order.code, mends["ask"])
        table.add_row(str(one.line.pk), one.order.key, yuan(one.order.fen), why, mend)
    out.print(table if table.row_count else "没有待处理的退票")


@bank_app.command("reconcile")
def reconcile_run(run: Number) -> None:
    """三方对账：名单、文件、回盘，连同账簿和银行对账单；逐笔列出不符。"""
    try:
        made = reconcile(by=BY, run=_run(run), on=timezone.localdate())
    except PaymentProblem as problem:
        _refused(problem)
        return
    table = Table("", "笔数", "金额（元）")
    for title, name in (
        ("名单", "roster"),
        ("文件", "file"),
        ("到账", "paid"),
        ("退票", "returned"),
        ("不明", "unknown"),
    ):
        table.add_row(title, f"{getattr(made, f'{name}_lines'):,}", yuan(getattr(made, f"{name}_fen")))
    table.add_row("账上支出", "", yuan(made.ledger_fen))
    out.print(table)
    _differences([Difference(**one) for one in made.differences])


@bank_app.command("statement")
def statement(
    day: Annotated[str, typer.Argument(help="哪一天，例如 2026-11-25")],
    form: Annotated[str, typer.Option("--form", help="格式，见 anmin bank forms")],
    division: Annotated[str, typer.Option("--division", help="单位的行政区划代码")],
    path: Annotated[
        Path | None,
        typer.Option("--file", help="CSV：指令号,金额（元，退回写负数）；不写只对账", exists=True),
    ] = None,
    opening: Annotated[str, typer.Option("--opening", help="期初余额（元）")] = "",
    closing: Annotated[str, typer.Option("--closing", help="期末余额（元）")] = "",
) -> None:
    """导入银行某一天的对账单，并与当天的回盘逐笔核对。"""
    told = queries.bank_of(form)
    on = date.fromisoformat(day)
    try:
        if path is not None:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = [(key, _signed(fen)) for key, fen in csv.reader(file)]
            take_statement(
                by=BY,
                form=form,
                division=division,
                day=on,
                opening=parse_yuan(opening),
                closing=parse_yuan(closing),
                lines=lines,
                on=timezone.localdate(),
            )
    except PaymentProblem as problem:
        _refused(problem)
    except (MoneyProblem, ValueError) as trouble:
        raise typer.BadParameter(f"对账单读不懂：{trouble}。每行应为 指令号,金额") from trouble
    _differences(statement_differences(division, told, on))


@bank_app.command("forms")
def list_forms() -> None:
    """列出代发文件格式；带“未经银行核对”的，投产前要与银行核对。"""
    for key, title, is_verified in queries.form_keys():
        out.print(f"{key:<14}{title}{'' if is_verified else '  [yellow]未经银行核对[/yellow]'}")


def _signed(text: str) -> int:
    return -parse_yuan(text[1:]) if text.startswith("-") else parse_yuan(text)


def _differences(found: list[Difference]) -> None:
    if not found:
        out.print("[green]全部相符[/green]")
        return
    table = Table("明细", "指令号", "不符", "名单", "文件或对账单", "回盘", "账上")
    for one in found[:200]:
        sums = [yuan(fen) if fen else "" for fen in (one.roster, one.file, one.answer, one.ledger)]
        table.add_row(str(one.pay_line or ""), one.key, f"{one.words} {one.day}".strip(), *sums)
    out.print(table)
    raise typer.Exit(REFUSED)
