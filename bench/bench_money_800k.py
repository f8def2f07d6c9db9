"""A month of payments, 800,000 lines, up to the signatures: computed, checked, decided, compared, submitted, signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from time import perf_counter
from typing import Any

from bench.options import Options
from bench.paybook import BENEFITS, COUNTY, LAST_MONTH, MONTH, RAISED, paybook
from bench.report import Report

LINES, SMALL = 800_000, 10_000
MINUTES = {100_000: 5, 800_000: 30}
ON = date(2026, 11, 3)


def run(options: Options, report: Report) -> None:
    """The part of E42 before the bank, in one process; `--persons` gives another number of lines."""
    lines = options.persons or (SMALL if options.small else LINES)
    with paybook(options, lines):
        stages = _month(lines)
        total = sum(seconds for _name, seconds, _told in stages)
        report.table(
            f"{lines:,} lines",
            ["stage", "seconds", "lines/s", ""],
            [[name, f"{seconds:.1f}", f"{lines / seconds:,.0f}", told] for name, seconds, told in stages],
        )
        report.equal("what does not hold in the books", _flaws())
        if lines in MINUTES:
            report.at_most("up to the signatures", total / 60, MINUTES[lines], " min")


def _month(lines: int) -> list[tuple[str, float, str]]:
    from django.db import connection

    from anmin.kernel.payments.approvals import actions as approvals
    from anmin.kernel.payments.budget import actions as budget
    from anmin.kernel.payments.checks import actions as checks
    from anmin.kernel.payments.runs import actions as runs
    from anmin.kernel.payments.runs.differences import difference_sums, total_before

    fund = budget.add_fund(
        by="bench",
        key="c",
        title="中央补助",
        source="central",
        uses=["*/*"],
        law="财社〔2017〕58号",
        first_day=ON,
    )
    line = budget.open_line(by="bench", fund=fund, division=COUNTY, year=2026, use="*/*", on=ON)
    budget.appropriate(by="bench", line=line, fen=lines * 1_000_00, document="1号", on=ON)
    former = runs.lock_roster(by="bench", division=COUNTY, month=LAST_MONTH, benefits=BENEFITS, on=LAST_MONTH)
    runs.compute(by="bench", run=former, on=LAST_MONTH)
    with connection.cursor() as cursor:
        cursor.execute(RAISED.replace("%%", "%"))
        cursor.execute("VACUUM ANALYZE kernel_payline, kernel_paypart, kernel_amount")

    stages: list[tuple[str, float, str]] = []

    def stage(name: str, work: Callable[[], Any], told: Callable[[Any], str] = lambda _done: "") -> Any:
        start = perf_counter()
        done = work()
        stages.append((name, perf_counter() - start, told(done)))
        return done

    row = runs.lock_roster(by="bench", division=COUNTY, month=MONTH, benefits=BENEFITS, on=ON)
    stage(
        "compute",
        lambda: runs.compute(by="bench", run=row, on=ON),
        lambda done: f"{done.fen / 100:,.2f} yuan",
    )
    stage(
        "check",
        lambda: checks.check(by="bench", run=row, on=ON),
        lambda done: f"{sum(done.values()):,} exceptions",
    )
    stage("decide what was found", lambda: _decide(row), lambda done: f"{done:,} decisions")
    sums = stage("differences", lambda: difference_sums(row), lambda done: f"{len(done)} causes")
    row.refresh_from_db()
    if sum(one.fen for one in sums) != _due(row) - total_before(row):
        raise AssertionError("the differences do not add up to that of the totals")
    sealed = stage(
        "submit", lambda: runs.submit(by="bench", run=row, on=ON), lambda done: f"{done.lines_number:,} lines"
    )
    for name in ("shenhe", "lingdao", "lingdao2")[: sealed.signatures]:
        stage(
            f"signature of {name}",
            lambda name=name: approvals.approve(by=_user(name), run=row, seal=sealed.seal, on=ON),
        )
    return stages


def _decide(row: Any) -> int:
    """Deaths are left out together, as the list shows them; what stands against the whole run is taken note of."""
    from anmin.kernel.payments.checks import actions as checks
    from anmin.kernel.payments.checks.models import PayException

    user, number = _user("shenhe"), 0
    found = PayException.objects.filter(run=row, state="open")
    for one in found.filter(line__isnull=True):
        checks.decide_exception(by=user, exception=one, outcome="release", on=ON, reason="已核实")
        number += 1
    for code in sorted(set(found.values_list("code", flat=True))):
        keys = list(found.filter(code=code).values_list("pk", flat=True))
        outcome = "release" if code == "member_dead" else "exclude"
        number += checks.decide_alike(
            by=user, run=row, code=code, exceptions=keys, outcome=outcome, on=ON, reason="已核实"
        )
    return number


def _due(row: Any) -> int:
    from django.db.models import Sum

    from anmin.kernel.payments.runs.models import PayLine

    found = PayLine.objects.filter(run=row).exclude(state="excluded").aggregate(fen=Sum("fen"))
    return int(found["fen"] or 0)


def _user(name: str) -> Any:
    from anmin.kernel.access.models import User

    return User.objects.get(username=name)


def _flaws() -> int:
    from anmin.kernel.payments.verifying import flaws

    return len(flaws())
