"""List pages of a register with a million rows, for the narrowest role (a county) and the widest (the city).

The register is the gazetteer; a page holds its rows, its exact total, filters and search. Driver, web process and database
share the machine's cores.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

from bench.driving import Page, Seat
from bench.options import Options
from bench.register import COUNTIES, migrated, villages
from bench.report import Report
from bench.webload import drive_at, errors, waited

ROWS = 1_000_000
THINK = (1.0, 4.0)
LIMIT = 300.0
SEATS = {"county": 6, "city": 2}
PASSWORD = "Bench-desks-2026-lange"
LIST = "/registers/placenames/names/"
ASKED = {
    "list": ["", "?page=2", "?page=3", "?held=all"],
    "filter": ["?kind=street", "?kind=estate", "?kind=village&page=2"],
    "search": ["?q=%E6%B5%B7%E6%82%A612", "?q=haiyue", "?q=DM-0000042"],
}
WEIGHTS = {"list": 5, "filter": 3, "search": 2}


def run(options: Options, report: Report) -> None:
    """Fill the register once, let the users turn its pages, judge the narrowest role."""
    report.versions()
    rows = options.size(ROWS)
    home = options.home / f"gazetteer-{rows}"
    with migrated(home, is_durable=True) as url:
        drive = drive_at(url, home, options, seats=lambda: _prepare(rows), think=THINK)
    report.note(f"rows      {rows:,}")
    waited(drive, report, kinds=ASKED, roles=SEATS, group=str)
    narrow = sorted(one.seconds for one in drive.answers if one.role == "county")
    p95 = narrow[min(len(narrow) - 1, int(len(narrow) * 0.95))] * 1000
    report.at_most("p95 of list pages, narrowest role", p95, LIMIT, " ms")
    report.equal("pages that were not what was asked for", errors(drive))


def _prepare(rows: int) -> list[Seat]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kernel_taking, kernel_takingalarm, django_session")
        cursor.execute("SELECT count(*) FROM domains_name")
        if cursor.fetchone()[0] < rows:
            _fill(cursor, rows)
    return [
        Seat(role, _user(role, number), PASSWORD, _work())
        for role, count in SEATS.items()
        for number in range(count)
    ]


def _fill(cursor, rows: int) -> None:
    places = villages()
    kinds = "ARRAY['street','estate','building','village','committee']"
    cursor.execute(
        "INSERT INTO domains_name (number, division, level, first_day, version, entered_at, name, kind, proper, generic,"
        " modifier, ordinal, reading, spelling, syllables, toneless, meaning, position, built_up, approver, is_listed,"
        " measure) SELECT 'DM-' || lpad(n::text, 7, '0'), (%s::text[])[1 + n %% %s], 1, DATE '2000-01-01' + (n %% 9000), 1, now(),"
        " '海悦' || n || '路', ("
        + kinds
        + ")[1 + n %% 5], '海悦' || n, '路', '', '', '', 'Hǎiyuè ' || n || ' Lù', '',"
        " 'haiyue' || n || 'lu', '', '', '', '', n %% 50 = 0, '' FROM generate_series(1, %s) AS n",
        [places, len(places), rows],
    )
    cursor.execute("VACUUM ANALYZE domains_name")


def _user(role: str, number: int) -> str:
    from anmin.kernel.access import actions
    from anmin.kernel.access.models import User

    username = f"bench-names-{role}-{number}"
    if not User.objects.filter(username=username).exists():
        user = actions.create_user(
            by="bench", username=username, display_name=username, password=PASSWORD, must_change=False
        )
        division = "371000" if role == "city" else COUNTIES[number % len(COUNTIES)]
        day = date(2020, 1, 1)
        actions.grant(
            by="bench", user=user, division=division, role="placename_officer", first_day=day, last_day=None
        )
    return username


def _work() -> Callable[[random.Random], Page]:
    """What a user asks for next."""

    def next_page(dice: random.Random) -> Page:
        kind = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        return Page(kind, LIST + dice.choice(ASKED[kind]), "masthead")

    return next_page
