"""Whether time tells which user names exist: wrong passwords for known and for unknown names, in turns.

The other side in the same run is the usual mistake: a backend that answers unknown names without hashing.
"""

from __future__ import annotations

import logging
import os
import random
import statistics
import time

from bench.options import Options
from bench.report import Report
from boot.environment import VENV
from boot.postgres import Cluster, find_binaries

BAR_MS = 20.0
TRIES = 60
KNOWN = 40


def run(options: Options, report: Report) -> None:
    """Through the whole request: page, lock, hash, count, book."""
    report.versions()
    home = options.home / "login"
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    cluster = Cluster(find_binaries(VENV), home / "postgres", is_throwaway=True)
    cluster.start()
    try:
        cluster.ensure_database("anmin")
        os.environ |= {
            "DATABASE_URL": cluster.url("anmin"),
            "ANMIN_HOME": str(home),
            "ANMIN_STATIC_MANIFEST": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        _measure(report, TRIES if not options.small else 30)
    finally:
        cluster.stop()


def _measure(report: Report, tries: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from anmin.kernel.access.login.backends import StaffBackend
    from anmin.kernel.access.models import User

    logging.disable(logging.CRITICAL)  # a line for each of hundreds of requests would hide the figures
    call_command("migrate", verbosity=0)
    for number in range(KNOWN):
        name = f"clerk{number:03}"
        if not User.objects.filter(username=name).exists():
            user = User(username=name, display_name=name)
            user.set_password(f"一个足够长的口令Ab{number}")
            user.save()

    ours = _apart(tries)
    right = StaffBackend.authenticate

    def hasty(self, request, username=None, password=None, **more):  # type: ignore[no-untyped-def]
        if not User.objects.filter(username=username).exists():
            return None
        return right(self, request, username, password, **more)

    StaffBackend.authenticate = hasty  # type: ignore[method-assign]
    theirs = _apart(tries)
    StaffBackend.authenticate = right  # type: ignore[method-assign]
    rows = [
        [name, f"{statistics.median(known):.1f}", f"{statistics.median(unknown):.1f}", f"{gap:+.1f}"]
        for name, known, unknown, gap in (("as it is", *ours), ("unknown names at once (wrong)", *theirs))
    ]
    report.table("wrong password, median ms", ["backend", "known name", "unknown name", "difference"], rows)
    report.at_most("median difference, known and unknown name", abs(ours[2]), BAR_MS, " ms")
    report.at_least("the wrong backend is caught: its difference", abs(theirs[2]), BAR_MS, " ms")


def _apart(tries: int) -> tuple[list[float], list[float], float]:
    """Times of known and of unknown names, tried in random order, and the difference of their medians."""
    from django.test import Client
    from django.urls import reverse

    dice, address = random.Random(7), reverse("console:login")
    known: list[float] = []
    unknown: list[float] = []
    client = Client(HTTP_HOST="localhost")
    client.get(address)
    for number in range(2 * tries):
        is_known = dice.random() < 0.5
        name = f"clerk{dice.randrange(KNOWN):03}" if is_known else f"nobody{dice.randrange(10**6)}"
        _forget_tries()
        began = time.perf_counter()
        answer = client.post(
            address, {"username": name, "password": "wrong"}, REMOTE_ADDR=f"10.0.{number % 250}.1"
        )
        if answer.status_code != 200:
            raise SystemExit(f"the log-in page answered {answer.status_code}, not that the password is wrong")
        (known if is_known else unknown).append((time.perf_counter() - began) * 1000)
    return known, unknown, statistics.median(known) - statistics.median(unknown)


def _forget_tries() -> None:
    """Outside the measured time: no name is to be locked out by the measurement."""
    from axes.models import AccessFailureLog

    AccessFailureLog.objects.all().delete()
