"""Casework of 63,000 families for two hundred users at once: the work table, the case page, saving.

The web process is the one that `run.py up` starts, on a database that keeps what it acknowledges; the users log in
through the page, think for some seconds, ask for a page or save a line of the matrix, and wait for it. Driver, web process
and database share the machine's cores.
"""

from __future__ import annotations

from datetime import date

from bench.casework import SEATS, WEIGHTS, prepare
from bench.options import Options
from bench.report import Report
from bench.webload import driven, errors, waited

ON = date(2026, 11, 24)
THINK = (5.0, 25.0)
"""Seconds that a clerk reads a table or a case before the next click."""
LIMITS = {"list": 300.0, "case": 500.0, "save": 300.0}


def run(options: Options, report: Report) -> None:
    """Let two hundred users work, and judge the 95th percentiles."""
    report.versions()
    drive = driven(options, persons=163_000, seats=lambda: prepare(ON), think=THINK)
    worst = waited(drive, report, kinds=WEIGHTS, roles=SEATS, group=str)
    for kind, limit in LIMITS.items():
        report.at_most(f"p95 of {kind}, slowest role", worst[kind], limit, " ms")
    report.equal("answers that were not what was asked for", errors(drive))
