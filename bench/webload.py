"""A web process as `run.py up` starts it, users at their desks before it, and the table of how long they waited."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench.driving import Drive, Seat
from bench.options import ROOT, Options
from bench.register import register
from bench.report import Report
from boot import serving
from boot.environment import python_environment

PORT = 8600
SECONDS, WARM = 240.0, 30.0


def driven(
    options: Options, *, persons: int, seats: Callable[[], Sequence[Seat]], think: tuple[float, float]
) -> Drive:
    """Fill the register if need be, start the web process on a database that keeps what it acknowledges, let users work."""
    with register(options, options.size(persons), is_durable=True) as made:
        return drive_at(made.url, made.home, options, seats=seats, think=think)


def drive_at(
    url: str, home: Path, options: Options, *, seats: Callable[[], Sequence[Seat]], think: tuple[float, float]
) -> Drive:
    """Start the web process over a database that runs already, and let the users work."""
    import django

    django.setup()
    seated = seats()
    settings = {
        "DATABASE_URL": url,
        "ANMIN_HOME": str(home),
        "ANMIN_STATIC_MANIFEST": "1",
        "ANMIN_SECOND_FACTOR": "0",
        "PROMETHEUS_MULTIPROC_DIR": str(home / "metrics"),
    }
    (home / "metrics").mkdir(exist_ok=True)
    _collect(settings)
    port = serving.free_port(PORT)
    web = serving.start("web", serving.web_command(port), home, port, **settings)
    try:
        serving.wait_for_page(web, home)
        seconds, warm = (SECONDS, WARM) if options.usual else (40.0, 5.0)
        drive = Drive(f"http://127.0.0.1:{port}", seated, seconds, warm, think)
        drive.run()
    finally:
        web.end()
    return drive


def waited(
    drive: Drive, report: Report, *, kinds: Iterable[str], roles: dict[str, int], group: Callable[[str], str]
) -> dict[str, float]:
    """Print how long each kind of page took each role; the slowest 95th percentile of each group, in milliseconds."""
    answers = drive.answers
    report.note(
        f"users     {len(drive.seats)} ({', '.join(f'{n} {role}' for role, n in roles.items())}), thinking"
        f" {drive.think[0]:g}–{drive.think[1]:g} s; {len(answers)} pages in {drive.seconds:.0f} s"
    )
    rows, worst = [], dict.fromkeys(map(group, kinds), 0.0)
    for kind in kinds:
        for role in roles:
            mine = [one for one in answers if (one.kind, one.role) == (kind, role)]
            if not mine:
                continue
            seconds = [one.seconds for one in mine]
            worst[group(kind)] = max(worst[group(kind)], at(seconds, 0.95))
            shares = (f"{at(seconds, share):.0f}" for share in (0.5, 0.95, 0.99))
            rows.append([f"{kind}, {role}", *shares, len(mine), sum(bool(one.trouble) for one in mine)])
    report.table("pages, ms", ["page and role", "p50", "p95", "p99", "n", "errors"], rows)
    for trouble in sorted({one.trouble for one in answers if one.trouble} | set(drive.not_seated)):
        report.note(f"trouble   {trouble}")
    return worst


def errors(drive: Drive) -> int:
    """Answers that were not what was asked for, and users who could not log in."""
    return sum(bool(one.trouble) for one in drive.answers) + len(drive.not_seated)


def at(seconds: list[float], share: float) -> float:
    """A percentile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def _collect(settings: dict[str, str]) -> None:
    """Static files where the web process looks for them."""
    command = ["-m", "django", "collectstatic", "--noinput", "-v0", "--settings", "config.settings"]
    env = {**python_environment(**settings), "PYTHONPATH": f"src{os.pathsep}."}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
