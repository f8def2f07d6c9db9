"""列出数据来源：部门、频率、最近期间、是否逾期。"""

from __future__ import annotations

import typer
from django.utils import timezone

from anmin.cli.running import out
from anmin.kernel.facts.batches import queries


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("sources")(list_sources)


def list_sources() -> None:
    """列出数据来源：部门、频率、最近期间、是否逾期。"""
    for row in queries.freshness(timezone.localdate()):
        mark = "✘ 逾期" if row.is_late else "－ 还没有" if row.never else "✔"
        newest = row.newest.isoformat() if row.newest else ""
        out.print(f"{mark:<6} {row.source.key:<16} {row.source.title} · {row.source.department} {newest}")
