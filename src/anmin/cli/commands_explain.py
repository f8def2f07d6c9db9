"""解释一户：每一步的算式、用到的数、来源、条款和日期。"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from anmin.cli.options import Day, SnapshotName, day_of, opened
from anmin.cli.running import out
from anmin.cli.showing import show_explanation
from anmin.kernel.screening.rulebooks import MEASURE, rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import evaluate
from anmin.policy.explain import explain as explained
from anmin.policy.lookups import find_household
from anmin.policy.phrases import CHINESE, ENGLISH
from anmin.policy.plan import make_plan


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    household: Annotated[str, typer.Argument(help="户编号")],
    on: Day = "",
    name: Annotated[str, typer.Option(help="要解释哪个值，默认每月救助金合计")] = MEASURE,
    member: Annotated[int, typer.Option(help="第几名成员（从 1 起），解释个人的值时填写")] = 0,
    snapshot: SnapshotName = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    english: Annotated[bool, typer.Option("--english", help="explain in English")] = False,
) -> None:
    """解释一户：每一步的算式、用到的数、来源、条款和日期。"""
    source, book = opened(snapshot), rulebook()
    found = find_household(source, household, list(book.facts.values()))
    if found is None:
        raise PolicyError(
            "no_household", what=f"快照里没有户编号 {household}", where=source.folder.name, todo="检查编号"
        )
    outcome = evaluate(make_plan(book, day_of(on, source), [name]), found)
    try:
        answer = explained(outcome, name, member - 1 if member else None, ENGLISH if english else CHINESE)
    except KeyError as trouble:
        raise PolicyError(
            "no_value",
            what=f"{name} 不是这户{f'第 {member} 人' if member else ''}的值",
            todo="个人的值请加 --member 1",
        ) from trouble
    if as_json:
        out.print_json(json.dumps(answer.as_json(), ensure_ascii=False), indent=1)
        return
    show_explanation(answer)
