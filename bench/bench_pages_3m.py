"""Pages over 3 million persons for fifty users at once, from the city's office to a single village.

The web process is the one that `run.py up` starts, on a database that keeps what it acknowledges; the users log in
through the page, think for some seconds, ask for a page and wait for it. Driver, web process and database share the
machine's cores.
"""

from __future__ import annotations

from datetime import date

from bench.desks import SEATS, WEIGHTS, prepare
from bench.options import Options
from bench.report import Report
from bench.webload import driven, errors, waited

ON = date(2026, 11, 24)
THINK = (2.0, 8.0)
"""Seconds that a user reads a page before asking for the next."""
LIMIT = 300.0
LISTS = {"search": "search pages", "person": "person pages", "home": "person pages"}


def run(options: Options, report: Report) -> None:
    """Let fifty users work, and judge the 95th percentiles."""
    report.versions()
    drive = driven(options, persons=3_000_000, seats=lambda: prepare(ON), think=THINK)
    worst = waited(
        drive, report, kinds=WEIGHTS, roles=SEATS, group=lambda kind: LISTS.get(kind, "list pages")
    )
    for group, value in worst.items():
        report.at_most(f"p95 of {group}, slowest page and role", value, LIMIT, " ms")
    report.equal("pages that were not what was asked for", errors(drive))
