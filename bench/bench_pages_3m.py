"""Pages over 3 million persons for fifty users at once, from the city's office to a single village.

The web process is the one that `run.py up` starts, on a database that keeps what it acknowledges; the users log in
through the page, think for some seconds, ask for a page and wait for it. Driver, web process and database share the
machine's cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

from bench.desks import SEATS, WEIGHTS, prepare
from bench.driving import Answer, Drive
from bench.options import ROOT, Options
from bench.register import register
from bench.report import Report
from boot import serving
from boot.environment import python_environment

ON = date(2026, 11, 24)
PORT = 8600
SECONDS, WARM = 240.0, 30.0
THINK = (2.0, 8.0)
"""Seconds that a user reads a page before asking for the next."""
LIMIT = 300.0
LISTS = {"search": "search pages", "person": "person pages", "home": "person pages"}


def run(options: Options, report: Report) -> None:
    """Fill the register if need be, start the web process, let the users work, judge the 95th percentiles."""
    report.versions()
    with register(options, options.size(3_000_000), is_durable=True) as made:
        import django

        django.setup()
        seats = prepare(ON)
        settings = {
            "DATABASE_URL": made.url,
            "ANMIN_HOME": str(made.home),
            "ANMIN_STATIC_MANIFEST": "1",
            "ANMIN_SECOND_FACTOR": "0",
            "PROMETHEUS_MULTIPROC_DIR": str(made.home / "metrics"),
        }
        (made.home / "metrics").mkdir(exist_ok=True)
        collect(settings)
        port = serving.free_port(PORT)
        web = serving.start("web", serving.web_command(port), made.home, port, **settings)
        try:
            serving.wait_for_page(web, made.home)
            seconds = SECONDS if options.usual else 40.0
            drive = Drive(f"http://127.0.0.1:{port}", seats, seconds, WARM if options.usual else 5.0, THINK)
            drive.run()
        finally:
            web.end()
    _judge(drive, report)


def _judge(drive: Drive, report: Report) -> None:
    answers = drive.answers
    report.note(
        f"users     {len(drive.seats)} ({', '.join(f'{n} {role}' for role, n in SEATS.items())}), thinking"
        f" {THINK[0]:g}–{THINK[1]:g} s; {len(answers)} pages in {drive.seconds:.0f} s"
    )
    rows, worst = [], {"list pages": 0.0, "person pages": 0.0, "search pages": 0.0}
    for kind in WEIGHTS:
        for role in SEATS:
            mine = [one for one in answers if (one.kind, one.role) == (kind, role)]
            if not mine:
                continue
            p95 = at([one.seconds for one in mine], 0.95)
            group = LISTS.get(kind, "list pages")
            worst[group] = max(worst[group], p95)
            rows.append(
                [
                    f"{kind}, {role}",
                    *(f"{at([one.seconds for one in mine], share):.0f}" for share in (0.5, 0.95, 0.99)),
                    len(mine),
                    sum(bool(one.trouble) for one in mine),
                ]
            )
    report.table("pages, ms", ["page and role", "p50", "p95", "p99", "n", "errors"], rows)
    for trouble in sorted({one.trouble for one in answers if one.trouble} | set(drive.not_seated)):
        report.note(f"trouble   {trouble}")
    for group, value in worst.items():
        report.at_most(f"p95 of {group}, slowest page and role", value, LIMIT, " ms")
    report.equal("pages that were not what was asked for", _errors(answers) + len(drive.not_seated))


def _errors(answers: list[Answer]) -> int:
    return sum(bool(one.trouble) for one in answers)


def at(seconds: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def collect(settings: dict[str, str]) -> None:
    """Static files where the web process looks for them."""
    command = ["-m", "django", "collectstatic", "--noinput", "-v0", "--settings", "config.settings"]
    env = {**python_environment(**settings), "PYTHONPATH": f"src{os.pathsep}."}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
