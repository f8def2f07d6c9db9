"""Explanations and tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from anmin.cli.running import out
from anmin.kernel.operations.checks import GOOD, Check
from anmin.policy.explain import Explanation, Line


def show_explanation(answer: Explanation) -> None:
    """Answer first, then the lines in order, then what played no part."""
    out.print(
        f"[bold]{answer.title}：{answer.shown}[/bold]（{answer.key}，{answer.division}，按 {answer.day} 的规定）"
    )
    telling = [row for row in answer.unverified if row.value]
    for row in telling:
        out.print(f"[yellow]待核实：{row.title} {row.shown}（{row.source}）{row.note}[/yellow]")
    if silent := len(answer.unverified) - len(telling):
        out.print(f"[yellow]另有 {silent} 项参数取零或未启用，同样待核实，见表中依据[/yellow]")
    table = Table("项目", "结果", "算式与依据", show_lines=True)
    for line in answer.lines:
        table.add_row(_whose(line), line.shown, _ground(line))
    out.print(table)
    if answer.unused:
        out.print("没有用到的数：" + "；".join(f"{row.title} {row.shown}" for row in answer.unused))


def _whose(line: Line) -> str:
    return line.title if line.member is None else f"{line.title}\n第 {line.member + 1} 人"


def _ground(line: Line) -> str:
    parts = [line.text]
    parts += [f"因为：{text} → {'是' if holds else '否'}" for text, holds in line.conditions]
    for row in line.operands:
        if row.origin == "rate":
            mark = "" if row.verified else "（待核实）"
            parts.append(f"{row.title} {row.shown}：{row.law}，{row.since} 起，{row.source}{mark}")
        elif row.origin == "fact":
            parts.append(f"{row.title} {row.shown}：{row.source}")
    return "\n".join([*dict.fromkeys(parts), f"依据：{line.law}"])


def show_checks(checks: Iterable[Check]) -> None:
    """One line a check: mark, title, what was found; below it why it matters and what to type."""
    for check in checks:
        out.print(f"{check.mark} {check.title}：{check.found}", markup=False)
        if check.state != GOOD and check.why:
            out.print(f"    为什么要紧：{check.why}", markup=False)
        if check.fix:
            out.print(f"    怎么办：{check.fix}", markup=False)
