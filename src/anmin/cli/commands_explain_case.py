"""解释一件办件：用到的情况和来源、规则版本、条款、标准、算式和结果，输出 JSON。"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

import typer
from django.utils import timezone

from anmin.cli.running import out
from anmin.kernel.access.queries import operator
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.queries import case_numbered
from anmin.kernel.cases.table.explained import explanation_of
from anmin.policy.errors import PolicyError
from anmin.policy.phrases import CHINESE, ENGLISH

Day = Annotated[str, typer.Option("--on", help="还没有决定的，按哪一天的规定，例如 2026-11-01；默认今天")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain-case")(explain_case)


def explain_case(
    number: Annotated[str, typer.Argument(metavar="办件编号", help="例如 DIB371002001202600001")],
    on: Day = "",
    english: Annotated[bool, typer.Option("--english", help="explain in English")] = False,
) -> None:
    """解释一件办件，和办件页同样的内容。已决定的按决定时固定下来的依据说明。例：anmin explain-case DIB… > 说明.json"""
    try:
        day = date.fromisoformat(on) if on else timezone.localdate()
    except ValueError as trouble:
        raise typer.BadParameter(f"日期“{on}”看不懂，请写成 2026-11-01") from trouble
    reader = operator(day)
    case = case_numbered(reader, number)
    if case is None:
        raise PolicyError(
            "no_case", what=f"没有编号为 {number} 的办件", todo="编号见办件页，或在“办件”里查找"
        )
    told = explanation_of(reader, case, day, ENGLISH if english else CHINESE)
    audit.record_reads(
        by=reader.name,
        person_ids=[case.applicant_id, *told.get("members", ())],
        via=reader.via,
        fields=["case"],
        division=case.division,
    )
    out.print_json(json.dumps(told, ensure_ascii=False), indent=1)
