"""Finding a person among 3 million by what people say at a counter, for the widest and the narrowest reader.

The other side in the same run is what a register without tokens would do: look through all names.
"""

from __future__ import annotations

import random
import time
from datetime import date

from bench.measuring import Series
from bench.options import Options
from bench.register import Register, register
from bench.report import Report

SEARCHES = 700
ON = date(2026, 11, 24)
SCOPES = {"city": "371000", "county": "371002", "village": "371002001001"}
ROLES = {"city": "city_officer", "county": "county_approver", "village": "village_worker"}


def run(options: Options, report: Report) -> None:
    """Search as each reader, by each kind of text."""
    report.versions()
    with register(options, options.size(3_000_000)) as made:
        _measure(made, report, SEARCHES if not options.small else 70)


def _measure(made: Register, report: Report, searches: int) -> None:
    import django

    django.setup()
    from django.db import connection, transaction

    from anmin.kernel.access.middleware import reading_as
    from anmin.kernel.access.models import User
    from anmin.kernel.access.queries import Held, Reader
    from anmin.kernel.access.roles import roles
    from anmin.kernel.people import queries
    from anmin.kernel.people.models import Person

    user = User.objects.first() or User.objects.create(username="bench", display_name="bench")
    dice = random.Random(1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM kernel_person")
        total = cursor.fetchone()[0]
    report.note(f"persons   {total:,}")
    rows, worst = [], 0.0
    for name, division in SCOPES.items():
        role = roles()[ROLES[name]]
        reader = Reader(user, ON, (Held(role, division, role.clearance),), "bench", "bench")
        low, high = reader.scope.ranges[0]
        near = list(Person.objects.filter(division__gte=low, division__lte=high)[:2_000])
        taken: dict[str, list[float]] = {}
        for _ in range(searches // len(SCOPES)):
            person = dice.choice(near)
            for kind, text in _texts(person, dice).items():
                began = time.perf_counter()
                with reading_as(reader):
                    queries.search(reader, text)
                taken.setdefault(kind, []).append(time.perf_counter() - began)
        every = sorted(one for times in taken.values() for one in times)
        for kind, times in taken.items():
            rows.append([f"{name}, {kind}", f"{_at(times, 0.5):.1f}", f"{_at(times, 0.95):.1f}", len(times)])
        rows.append([f"{name}, all", f"{_at(every, 0.5):.1f}", f"{_at(every, 0.95):.1f}", len(every)])
        worst = max(worst, _at(every, 0.95))
    report.table("search, ms", ["reader and text", "p50", "p95", "n"], rows)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE plain AS SELECT id, md5(id::text) || '秀英' AS name FROM kernel_person"
        )
        scans = []
        for _ in range(5):
            began = time.perf_counter()
            cursor.execute("SELECT id FROM plain WHERE name LIKE %s ORDER BY id LIMIT 50", ["%查无此人%"])
            cursor.fetchall()
            scans.append(time.perf_counter() - began)
    tokens = Series("tokens, p95 of the slowest reader", [worst / 1000])
    report.times("infix search", [tokens, Series("looking through all names", scans)], tokens.name)
    report.at_most("p95 over all kinds of text, slowest reader", worst, 100, " ms")


def _texts(person: object, dice: random.Random) -> dict[str, str]:
    from anmin.lib.names import pinyin_initials

    name = person.name  # type: ignore[attr-defined]
    number = person.identifiers.first()  # type: ignore[attr-defined]
    texts = {"name": name, "two characters": name[-2:], "initials": pinyin_initials(name)}
    if number is not None:
        texts |= {"number": number.value, "last four": number.value[-4:]}
    if person.phone:  # type: ignore[attr-defined]
        texts["telephone"] = person.phone  # type: ignore[attr-defined]
    return texts


def _at(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
