"""Why whoever lacks a benefit is due it (为什么符合): the line that gives the amount, with its figures, from the run's own data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from anmin.kernel.alerts.sweeps.comparing import Lacking
from anmin.kernel.alerts.sweeps.reversing import homes_in
from anmin.kernel.screening.models import Run
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.explain import explain
from anmin.policy.plan import Plan, make_plan

Key = tuple[str, str, int | None]
"""Household, benefit, position of the member."""


def grounds_of(run: Run, rows: Sequence[Lacking]) -> dict[Key, str]:
    """The line in words for each who lacks something; none where the data of the run are gone.

    The snapshot is read once, part by part, whatever the number of rows.
    """
    asked: dict[str, list[Lacking]] = defaultdict(list)
    for row in rows:
        if not row.is_without:
            asked[row.household].append(row)
    return dict(_told(run, asked))


def _told(run: Run, asked: dict[str, list[Lacking]]) -> Iterator[tuple[Key, str]]:
    plans: dict[str, Plan] = {}
    for home in homes_in(run, asked) if asked else ():
        for row in asked[home.key]:
            words = _words(home, row, run.on, plans)
            if words:
                yield (row.household, row.benefit, row.member), words


def _words(home: Household, row: Lacking, on: date, plans: dict[str, Plan]) -> str:
    if row.member is not None and row.member >= len(home.members):
        return ""
    benefit = rulebook().benefits[row.benefit]
    name = benefit.amount or benefit.eligible
    try:
        found = explain(evaluate(_plan(name, on, plans), home), name, row.member)
    except (PolicyError, KeyError):
        return ""
    line = found.lines[-1]
    return f"{line.title} {line.shown}：{line.text}"


def _plan(name: str, on: date, plans: dict[str, Plan]) -> Plan:
    if name not in plans:
        plans[name] = make_plan(rulebook(), on, [name])
    return plans[name]
