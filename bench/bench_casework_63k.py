"""Casework of 63,000 families for two hundred users at once: the work table, the case page, saving.

The web process is the one that `run.py up` starts, on a database that keeps what it acknowledges; the users log in
through the page, think for some seconds, ask for a page or save a line of the matrix, and wait for it. Driver, web process
and database share the machine's cores.
"""

from __future__ import annotations

from datetime import date

from bench.bench_pages_3m import PORT, SECONDS, WARM, at, collect
from bench.casework import SEATS, WEIGHTS, prepare
from bench.driving import Drive
from bench.options import Options
from bench.register import register
from bench.report import Report
from boot import serving

ON = date(2026, 11, 24)
THINK = (5.0, 25.0)
"""Seconds that a clerk reads a table or a case before the next click."""
LIMITS = {"list": 300.0, "case": 500.0, "save": 300.0}


def run(options: Options, report: Report) -> None:
    """Fill the casework if need be, start the web process, let the users work, judge the 95th percentiles."""
    report.versions()
    with register(options, options.size(163_000), is_durable=True) as made:
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
            seconds, warm = (SECONDS, WARM) if options.usual else (40.0, 5.0)
            drive = Drive(f"http://127.0.0.1:{port}", seats, seconds, warm, THINK)
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
    rows, worst = [], dict.fromkeys(LIMITS, 0.0)
    for kind in WEIGHTS:
        for role in SEATS:
            mine = [one for one in answers if (one.kind, one.role) == (kind, role)]
            if not mine:
                continue
            p95 = at([one.seconds for one in mine], 0.95)
            worst[kind] = max(worst[kind], p95)
            shares = (f"{at([one.seconds for one in mine], share):.0f}" for share in (0.5, 0.95, 0.99))
            rows.append([f"{kind}, {role}", *shares, len(mine), sum(bool(one.trouble) for one in mine)])
    report.table("pages, ms", ["page and role", "p50", "p95", "p99", "n", "errors"], rows)
    for trouble in sorted({one.trouble for one in answers if one.trouble} | set(drive.not_seated)):
        report.note(f"trouble   {trouble}")
    for kind, limit in LIMITS.items():
        report.at_most(f"p95 of {kind}, slowest role", worst[kind], limit, " ms")
    errors = sum(bool(one.trouble) for one in answers) + len(drive.not_seated)
    report.equal("answers that were not what was asked for", errors)
