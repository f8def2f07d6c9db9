"""Running benefits of a city taken over: a list of 60,000 rows read, checked, compared, confirmed and begun."""

from __future__ import annotations

import csv
import shutil
import time
from datetime import date
from pathlib import Path

from bench.book import installation, staff
from bench.options import Options
from bench.report import Report

ROWS, SMALL = 60_000, 10_000
COUNTY = "371002"
ON = date(2026, 11, 25)
FEN = 86_000
CHUNK = 20_000
LEAST = 200
"""Rows a second, from the file to benefits that run, at the full size."""

# One person a household; every tenth household is given another amount by the run that the list is compared with.
REGISTER = """
INSERT INTO kernel_household (id, number, division, address, settlement, level, first_day, version, learned_at)
SELECT n, 'T' || n, %(county)s || lpad((1 + n %% 18)::text, 3, '0') || lpad((1 + n %% 199)::text, 3, '0'), ''::bytea, 0, 1,
    '2020-01-01', 1, now() FROM generate_series(%(low)s, %(high)s) AS n;
INSERT INTO kernel_person (id, name, phone, sex, birth_day, nation, division, hukou_division, hukou_kind, settlement, level,
    tokens, version, learned_at)
SELECT n, ''::bytea, ''::bytea, 2, '1950-03-02', '01', home.division, '', '', 0, 1, '{}', 1, now()
FROM generate_series(%(low)s, %(high)s) AS n JOIN kernel_household AS home ON home.id = n;
INSERT INTO kernel_membership (person_id, household_id, relation, is_head, is_double, first_day, cause, learned_at)
SELECT n, n, 0, true, false, '2020-01-01', '', now() FROM generate_series(%(low)s, %(high)s) AS n;
INSERT INTO kernel_householdresult (run_id, number, division, settlement, layer, coverage, members, aid_month, "values", people)
SELECT %(run)s, home.number, home.division, 0, 1, 0, 1, 86000,
    jsonb_build_object('dibao_eligible', 1, 'dibao_amount', CASE WHEN n %% 10 = 0 THEN 90000 ELSE 86000 END), '{}'
FROM generate_series(%(low)s, %(high)s) AS n JOIN kernel_household AS home ON home.id = n
"""
SUMS = """
SELECT (SELECT count(*) FROM kernel_entitlement), (SELECT coalesce(sum(fen), 0) FROM kernel_amount),
    (SELECT coalesce(sum(amount), 0) FROM kernel_decision WHERE matter = 'takeover' AND outcome = 'grant'),
    (SELECT count(*) FROM kernel_payeeaccount WHERE source = 'takeover'),
    (SELECT count(*) FROM kernel_takeoverrow WHERE state = 'taken' AND found = 'differs')
"""


def run(options: Options, report: Report) -> None:
    """Each stage with its rows a second; sums of the list, the decisions and the amounts agree. `--persons` gives another size."""
    rows = options.persons or (SMALL if options.small else ROWS)
    report.versions()
    name = f"takeover-{rows}-{time.time_ns()}"
    with installation(options, name):
        users = _fill(rows)
        path = _list(options.scratch / "takeover.csv", rows)
        seconds = _measured(path, users)
        found = _sums()
    shutil.rmtree(options.home / name, ignore_errors=True)
    report.table(
        f"{rows:,} rows",
        ["stage", "seconds", "rows/s"],
        [[name, f"{took:.1f}", f"{rows / max(took, 0.001):,.0f}"] for name, took in seconds.items()],
    )
    total = sum(seconds.values())
    report.note(f"all stages {total:.1f} s, {rows / total:,.0f} rows/s")
    report.equal("benefits less rows", found[0] - rows)
    report.equal("fen of the amounts less those of the list", found[1] - rows * FEN)
    report.equal("fen of the decisions less those of the list", found[2] - rows * FEN)
    report.equal("accounts less rows", found[3] - rows)
    report.equal("differences less those planted", found[4] - rows // 10)
    if options.usual:
        report.at_least("rows from the file to benefits that run", rows / total, LEAST, " rows/s")


def _measured(path: Path, users: tuple[object, object]) -> dict[str, float]:
    from anmin.kernel.cases.takeover import actions

    sender, approver = users
    seconds: dict[str, float] = {}

    def timed(name, work):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        done = work()
        seconds[name] = time.perf_counter() - began
        return done

    batch = timed(
        "read, check and compare",
        lambda: actions.take_list(by=sender, division=COUNTY, path=path, name=path.name, on=ON),
    )
    timed("propose", lambda: actions.propose(by=sender, batch=batch, on=ON))
    timed(
        "confirm and spread the reviews",
        lambda: actions.confirm(by=approver, batch=batch, on=ON, queue=False),
    )
    timed("begin, chunk by chunk", lambda: actions.carry_out(batch=batch.pk, on=ON))
    return seconds


def _list(path: Path, rows: int) -> Path:
    from anmin.kernel.cases.takeover.columns import sheet

    given = {
        "benefit": "最低生活保障金",
        "fen": f"{FEN // 100}",
        "since": "2019-04-01",
        "old_number": "威环民救〔2019〕12号",
        "old_on": "2019-03-20",
        "office": "环翠区民政局",
        "last_paid": "2026-10",
        "bank": "威海银行",
    }
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([column.heading for column in sheet().columns])
        for n in range(1, rows + 1):
            row = {**given, "identity": _number(n), "name": NAME, "account": _card(n)}
            writer.writerow([row.get(column.name, "") for column in sheet().columns])
    return path


NAME = "王秀英"


def _number(n: int) -> str:
    """A valid identity number of nobody's: no division begins with 99."""
    from anmin.lib.identifiers import check_digit

    first = f"{990000 + n // 500:06d}19500302{n % 500 * 2:03d}"
    return first + check_digit(first)


def _card(n: int) -> str:
    from anmin.lib.cards import luhn_digit

    first = f"62220200{n:010d}"
    return first + luhn_digit(first)


def _fill(rows: int) -> tuple[object, object]:
    """The register, a run over it, and two people; names and numbers sealed one by one as in an installation."""
    from django.db import connection, transaction

    from anmin.kernel.keys.fields import next_keys, sealed_text
    from anmin.kernel.keys.queries import blind_index
    from anmin.kernel.people.models import Identifier
    from anmin.kernel.screening.models import Run

    users = staff(COUNTY, {"hedui": "county_checker", "shenhe": "county_approver"})
    made = Run.objects.create(
        on=ON, city="371000", snapshot="bench", results="bench", fingerprint="bench", source="bench", households=rows,
        persons=rows, broken=0, made_by="bench",
    )  # fmt: skip
    for low in range(1, rows + 1, CHUNK):
        high = min(low + CHUNK - 1, rows)
        keys = list(range(low, high + 1))
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in REGISTER.split(";\n"):
                cursor.execute(statement, {"low": low, "high": high, "county": COUNTY, "run": made.pk})
            cursor.execute(
                "UPDATE kernel_person SET name = fresh.name FROM unnest(%s::bigint[], %s::bytea[]) AS fresh(id, name)"
                " WHERE kernel_person.id = fresh.id",
                [keys, [sealed_text(NAME, "kernel_person", "name", key) for key in keys]],
            )
            places = next_keys(Identifier, len(keys))
            numbers = [_number(key) for key in keys]
            cursor.execute(
                "INSERT INTO kernel_identifier (id, person_id, kind, value, blind, source, learned_at)"
                " SELECT place, person, 'resident', value, blind, 'bench', now()"
                " FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[]) AS one(place, person, value, blind)",
                [
                    places,
                    keys,
                    [
                        sealed_text(number, "kernel_identifier", "value", place)
                        for number, place in zip(numbers, places, strict=True)
                    ],
                    [blind_index("resident", number) for number in numbers],
                ],
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return users["hedui"], users["shenhe"]


def _sums() -> tuple[int, ...]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(SUMS)
        return tuple(int(one) for one in cursor.fetchone())
