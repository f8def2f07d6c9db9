"""Options that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from anmin.kernel.facts.queries import latest_snapshot, snapshot_named
from anmin.policy.snapshots import Snapshot

Day = Annotated[str, typer.Option("--on", help="按哪一天的规定，例如 2026-11-01；默认快照的日期")]
SnapshotName = Annotated[str, typer.Option("--snapshot", help="快照名称；默认最近一次导入或生成的")]


def opened(name: str) -> Snapshot:
    """The named snapshot, or the newest."""
    return snapshot_named(name) if name else latest_snapshot()


def day_of(text: str, snapshot: Snapshot) -> date:
    """A day from the command line; the snapshot's own day when nothing was said."""
    try:
        return date.fromisoformat(text or snapshot.manifest["on"])
    except ValueError as trouble:
        raise typer.BadParameter(f"日期“{text}”看不懂，请写成 2026-11-01") from trouble
