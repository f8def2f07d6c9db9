"""在册待遇转入：把原系统正在发放的待遇按原决定转到本系统，先检查、提交，由另一人确认。"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction
from django.utils import timezone
from rich.table import Table

from anmin.cli.running import REFUSED, err, out
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import operator
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.takeover import actions, queries
from anmin.kernel.cases.takeover.actions import TakeoverProblem
from anmin.kernel.cases.takeover.columns import template
from anmin.kernel.cases.takeover.models import TakeoverBatch
from anmin.kernel.payments.problems import yuan
from anmin.lib.sheets import as_xlsx
from anmin.policy.errors import PolicyError

takeover_app = typer.Typer(help="在册待遇转入：检查、提交、确认、转入、撤回", no_args_is_help=True)
SHOWN = 20
Number = Annotated[int, typer.Argument(help="清单的批号，见 anmin takeover list")]
Who = Annotated[str, typer.Option("--by", help="办理人的登录名；提交和确认须是两个人")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(takeover_app, name="takeover")


@takeover_app.command("template")
def write_template(
    path: Annotated[Path, typer.Argument(help="写到哪个 xlsx 文件")],
    empty: Annotated[bool, typer.Option("--empty", help="不带示例行")] = False,
) -> None:
    """写出清单模板，表头带说明。"""
    path.write_bytes(template(with_example=not empty))
    out.print(f"模板已写到 {path}")


@takeover_app.command("check")
def check(
    path: Annotated[Path, typer.Argument(help="清单，CSV 或 XLSX")],
    division: Annotated[str, typer.Option(help="清单的地区，例如 371002")],
    by: Who,
    corrects: Annotated[int, typer.Option(help="改正哪一批退回的行（批号）")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查、出报告，不留下")] = False,
) -> None:
    """检查清单：逐行核对并同测算对照，退回的行写明原因；这一步不给任何人起发待遇。"""
    with _told(), transaction.atomic():
        batch = actions.take_list(
            by=_user(by),
            division=division,
            path=path,
            name=path.name,
            on=timezone.localdate(),
            corrects=_batch(corrects) if corrects else None,
        )
        _show(batch)
        if dry_run:
            transaction.set_rollback(True)
    if dry_run:
        out.print("只是检查，什么也没有留下")
    else:
        out.print(f"批号 {batch.pk}；提交：anmin takeover propose {batch.pk} --by {by}")


@takeover_app.command("propose")
def propose(number: Number, by: Who) -> None:
    """提交清单，等另一人确认。"""
    with _told():
        actions.propose(by=_user(by), batch=_batch(number), on=timezone.localdate())
    out.print(f"已提交；由另一人确认：anmin takeover confirm {number} --by 登录名")


@takeover_app.command("confirm")
def confirm(number: Number, by: Who) -> None:
    """由另一人确认并立即转入；中断了再运行 anmin takeover carry-out 接着办。"""
    today = timezone.localdate()
    with _told():
        actions.confirm(by=_user(by), batch=_batch(number), on=today, queue=False)
        _show(actions.carry_out(batch=number, on=today))


@takeover_app.command("carry-out")
def carry_out(number: Number) -> None:
    """接着办已确认而没有转完的清单；已转入的不会重复。"""
    with _told():
        _show(actions.carry_out(batch=_batch(number).pk, on=timezone.localdate()))


@takeover_app.command("withdraw")
def withdraw(number: Number, by: Who, reason: Annotated[str, typer.Option(help="撤回的理由")]) -> None:
    """撤回清单；已经编入发放名册或已有办件的不能撤回。"""
    with _told():
        actions.withdraw(by=_user(by), batch=_batch(number), on=timezone.localdate(), reason=reason)
    out.print("已撤回")


@takeover_app.command("list")
def list_batches() -> None:
    """列出最近的清单。"""
    reader = operator(timezone.localdate())
    rows = list(queries.batches(reader)[:50])
    figures = queries.figures_of(reader, rows)
    for row in rows:
        found = figures[row.pk]
        out.print(
            f"{row.pk:>6} {row.division:<10}{row.get_state_display():<6}通过 {found.counted:,} 退回 {found.rejected:,} {row.file_name}"
        )
    if not rows:
        out.print("还没有清单；先用 anmin takeover template 写出模板")


@takeover_app.command("show")
def show(number: Number) -> None:
    """一份清单的结果：各镇的差异、退回的原因。"""
    _show(_batch(number))


@takeover_app.command("rejected")
def write_rejected(number: Number, path: Annotated[Path, typer.Argument(help="写到哪个 xlsx 文件")]) -> None:
    """取出退回的行，改正后再用 anmin takeover check --corrects 发来；文件含姓名和号码，用完请删除。"""
    batch = _batch(number)
    with transaction.atomic():
        audit.record(
            by="anmin takeover", act="cases.takeover_rejected", subject=batch, division=batch.division
        )
    head, cells = queries.cells_of(queries.rejected(operator(timezone.localdate()), batch))
    path.touch(0o600)
    path.write_bytes(as_xlsx(head, cells, ""))
    out.print(f"{len(cells):,} 行已写到 {path}")


def _show(batch: TakeoverBatch) -> None:
    reader = operator(timezone.localdate())
    found = queries.figures(reader, batch)
    out.print(
        f"{batch.file_name}：{batch.get_state_display()}，读 {batch.read:,} 行，退回 {found.rejected:,} 行"
    )
    yearly = f"，按年发放的每年 {yuan(found.fen_year)} 元" if found.fen_year else ""
    out.print(f"通过 {found.counted:,} 行，每月 {yuan(found.fen)} 元{yearly}")
    out.print(f"同测算对照：相同 {found.equal:,}，不同 {found.differs:,}，不能测算 {found.missing:,}")
    if found.taken:
        out.print(f"已转入 {found.taken:,} 项")
    if towns := queries.by_town(reader, batch):
        table = Table("镇街", "项数", "每月（元）", "不同", "测算多（元）", "测算少（元）", "不能测算")
        for one in towns:
            table.add_row(
                one.division,
                f"{one.rows:,}",
                yuan(one.fen),
                f"{one.differs:,}",
                yuan(one.more),
                yuan(one.less),
                f"{one.missing:,}",
            )
        out.print(table)
    if found.rejected:
        table = Table("行", "列", "代码", "原因", title=f"退回的行（前 {SHOWN} 行）")
        for row in queries.rejected(reader, batch)[:SHOWN]:
            table.add_row(str(row.row), row.column, row.code, row.reason)
        out.print(table)
        out.print("按原因：" + "，".join(f"{code} {number}" for code, number in queries.codes(reader, batch)))


def _user(name: str) -> User:
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise typer.BadParameter(f"没有登录名为 {name} 的工作人员")
    return found


def _batch(number: int) -> TakeoverBatch:
    found = queries.batch_numbered(operator(timezone.localdate()), number)
    if found is None:
        raise PolicyError("no_batch", what=f"没有第 {number} 批清单", todo="批号见 anmin takeover list")
    return found


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be done, in one sentence."""
    try:
        yield
    except TakeoverProblem as problem:
        err.print(f"[red]不能办理：[/red]{problem}")
        raise typer.Exit(REFUSED) from problem
