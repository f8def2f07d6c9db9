"""`anmin sweep`: compare the newest run with the rolls now, and give out what was found."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from django.utils import timezone

from anmin.cli.running import out
from anmin.kernel.access.queries import Scope
from anmin.kernel.alerts.handling.actions import dispatch
from anmin.kernel.alerts.sweeps.actions import sweep as make_sweep
from anmin.kernel.alerts.sweeps.queries import parts_of
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.screening.queries import latest_run
from anmin.policy.errors import PolicyError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(sweep)


def sweep(on: Annotated[str, typer.Option("--on", help="哪一天，默认今天")] = "") -> None:
    """反向办：把最近一次测算同发放名册比对，应享未享和可能不再符合的列为预警，不自动发放、不自动停发。"""
    day = date.fromisoformat(on) if on else timezone.localdate()
    run = latest_run(Scope.nation())
    if run is None:
        raise PolicyError("no_run", what="还没有测算过", todo="先运行 anmin screen")
    row = make_sweep(by="anmin sweep", run=run, on=day)
    for part in parts_of(row):
        title = title_of_benefit(part.benefit)
        if part.has_roll:
            out.print(
                f"{title}：符合 {part.eligible:,}，应享未享 {part.missed:,}，可能不再符合 {part.without:,}"
            )
        else:
            out.print(f"{title}：符合 {part.eligible:,}，没有名册可比")
    out.print(f"分派 {dispatch(by='anmin sweep', on=day):,} 条；办结目标日 {row.target_day}")
