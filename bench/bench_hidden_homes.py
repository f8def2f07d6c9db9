"""Which households a reader of a whole city must not know of: kept by triggers, against looking through all persons.

Both sides are asked in one session with the settings of a request, and must name the same households.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from bench.measuring import interleaved, timed
from bench.options import Options
from bench.register import migrated, villages
from bench.report import Report

ON = date(2026, 11, 24)
PERSONS, HELD = 300_000, 10_000
"""Persons in the register, and about how many of them are under protection: as many as in a city of three million."""

LOOKING = """
CREATE OR REPLACE FUNCTION looked_for_homes() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT home.number FROM kernel_household AS home
    WHERE home.level >= 2 AND {hull} AND NOT {home}
    UNION
    SELECT home.number FROM kernel_person AS held
    JOIN kernel_membership AS member ON member.person_id = held.id
        AND (member.last_day IS NULL OR member.last_day >= anmin_day() - 366)
    JOIN kernel_household AS home ON home.id = member.household_id
    WHERE held.level >= 3 AND NOT coalesce({held}, false) AND {hull}
      AND held.id NOT IN (SELECT anmin_opened())
      AND NOT (held.level <= anmin_case_level() AND held.id IN (SELECT anmin_assigned()))
$$;
GRANT EXECUTE ON FUNCTION looked_for_homes() TO anmin_web;
"""
HOMES = """
INSERT INTO kernel_household (number, division, address, settlement, level, first_day, version, learned_at)
SELECT 'B' || lpad(at::text, 9, '0'), (%s::text[])[1 + at %% %s], '\\x', 1, 1, '2020-01-01', 1, now()
FROM generate_series(1, %s) AS at
"""
PEOPLE = """
INSERT INTO kernel_person (name, phone, sex, nation, division, hukou_division, hukou_kind, settlement, level, tokens,
                           version, learned_at)
SELECT '\\x', '\\x', 1, '', home.division, '', '', 1, CASE WHEN random() < %s THEN 3 ELSE 1 END, '{}', 1, now()
FROM kernel_household AS home, generate_series(1, 3)
"""
MEMBERS = """
INSERT INTO kernel_membership (person_id, household_id, relation, is_head, is_double, first_day, cause, learned_at)
SELECT person.id, home.id, 9, false, false, '2020-01-01', 'load', now()
FROM (SELECT id, division, row_number() OVER (PARTITION BY division ORDER BY id) - 1 AS at FROM kernel_person) AS person
JOIN (SELECT id, division, row_number() OVER (PARTITION BY division ORDER BY id) - 1 AS at FROM kernel_household) AS home
    ON home.division = person.division AND home.at = person.at / 3
"""


def run(options: Options, report: Report) -> None:
    """Fill a register with rows alone, then ask both ways."""
    report.versions()
    persons = options.size(PERSONS)
    with migrated(options.home / f"hidden-{persons}"):
        _measure(options, report, persons)


def _measure(options: Options, report: Report, persons: int) -> None:
    import django

    django.setup()
    from django.db import connection

    from anmin.kernel.access.middleware import reading_as
    from anmin.kernel.access.models import User
    from anmin.kernel.access.queries import Held, Reader
    from anmin.kernel.access.rls import in_hull, in_scope
    from anmin.kernel.access.roles import roles

    with connection.cursor() as cursor:
        _fill(cursor, persons)
        cursor.execute(
            LOOKING.format(
                hull=in_hull("home.division"),
                home=in_scope("home.division", "home.level"),
                held=in_scope("held.division", "held.level"),
            )
        )
        cursor.execute("SELECT count(*) FROM kernel_person WHERE level >= 3")
        report.note(f"persons   {persons:,}, under protection {cursor.fetchone()[0]:,}")
    user = User.objects.first() or User.objects.create(username="bench", display_name="bench")
    slowest = 0.0
    for name, role, division in (
        ("city", "city_officer", "371000"),
        ("village", "village_worker", "371002001001"),
    ):
        held = roles()[role]
        reader = Reader(user, ON, (Held(held, division, held.clearance),), "bench", "bench")
        with reading_as(reader), connection.cursor() as cursor:

            def ask(function: str) -> list[tuple[str]]:
                cursor.execute(f"SELECT {function}()")
                return cursor.fetchall()

            kept, looked = "anmin_hidden_homes", "looked_for_homes"
            report.equal(f"the same households, {name}", len(set(ask(kept)) ^ set(ask(looked))))
            sides = {"kept by triggers": timed(lambda: ask(kept)), "looking": timed(lambda: ask(looked))}  # noqa: B023
            series = interleaved(sides, options.times(15), settle=options.settle)
        report.times(f"hidden households, {name}", list(series.values()), "kept by triggers")
        slowest = max(slowest, series["kept by triggers"].median)
    report.at_most("median, slowest reader", slowest * 1000, 100, " ms")


def _fill(cursor: Any, persons: int) -> None:
    """Rows without names and numbers: nothing here opens them."""
    cursor.execute("SELECT count(*) FROM kernel_household")
    if cursor.fetchone()[0] == 0:
        places = villages()
        cursor.execute(HOMES, [places, len(places), persons // 3])
        cursor.execute(PEOPLE, [HELD / PERSONS])
        cursor.execute(MEMBERS)
        cursor.execute("ANALYZE")
