"""A city that is paid: households with heads, cards, entitlements and a budget, in a PostgreSQL of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bench.book import installation, staff
from bench.options import Options

COUNTY = "371002"
BENEFITS = ("assistance/dibao", "assistance/tekun", "disability/living_subsidy", "elderly/age_allowance")
LAST_MONTH, MONTH = date(2026, 10, 1), date(2026, 11, 1)
CHUNK = 50_000
VERSION = 2
"""Raised with what is filled in: an older register is not measured with."""

# Two persons a household, the first its head; every tenth person was put on the books this month, every hundredth has
# back pay, every five-hundredth died last month. Villages are those of one county.
HOUSEHOLDS = """
INSERT INTO kernel_household (id, number, division, address, settlement, level, first_day, version, learned_at)
SELECT n, 'P' || n, %(county)s || lpad((1 + n %% 18)::text, 3, '0') || lpad((1 + n %% 199)::text, 3, '0'), ''::bytea, n %% 2, 1,
    '2020-01-01', 1, now() FROM generate_series(%(low)s, %(high)s) AS n;
INSERT INTO kernel_person (id, name, phone, sex, birth_day, nation, division, hukou_division, hukou_kind, settlement, level, died_on,
    tokens, version, learned_at)
SELECT n * 2 + at, ''::bytea, ''::bytea, 1 + at, date '1950-01-01' + (n %% 9000)::integer, '01', home.division, '', '', 0, 1,
    CASE WHEN n %% 500 = 0 AND at = 0 THEN date '2026-10-10' END, '{}', 1, now()
FROM generate_series(%(low)s, %(high)s) AS n JOIN kernel_household AS home ON home.id = n CROSS JOIN generate_series(0, 1) AS at;
INSERT INTO kernel_membership (person_id, household_id, relation, is_head, is_double, first_day, cause, learned_at)
SELECT n * 2 + at, n, at * 2, at = 0, false, '2020-01-01', '', now()
FROM generate_series(%(low)s, %(high)s) AS n CROSS JOIN generate_series(0, 1) AS at;
INSERT INTO kernel_entitlement (id, benefit, division, level, household_id, person_id, state, first_day, begun_by_id)
SELECT n, (%(benefits)s::text[])[1 + n %% 4], home.division, 1, n, CASE WHEN n %% 4 > 0 THEN n * 2 END, 'active',
    CASE WHEN n %% 10 = 0 THEN date '2026-11-01' ELSE date '2026-10-01' END, %(decision)s
FROM generate_series(%(low)s, %(high)s) AS n JOIN kernel_household AS home ON home.id = n;
INSERT INTO kernel_amount (entitlement_id, first_month, last_month, fen, decision_id)
SELECT n, CASE WHEN n %% 10 = 0 THEN date '2026-11-01' ELSE date '2026-10-01' END, NULL, 10000 + (n %% 9973) * 7, %(decision)s
FROM generate_series(%(low)s, %(high)s) AS n
"""
RAISED = "UPDATE kernel_amount SET fen = fen + 6100 WHERE entitlement_id %% 100 = 1"


@contextmanager
def paybook(options: Options, lines: int) -> Iterator[Path]:
    """Start the cluster, fill it once, stop it at the end; its folder. What was paid in an earlier measurement is taken away."""
    name = f"paybook{VERSION}-{lines}"
    with installation(options, name):
        marker = options.home / name / "filled"
        if not marker.exists():
            _fill(lines)
            marker.write_text(str(lines))
        _forget()
        shutil.rmtree(options.home / name / "bankfiles", ignore_errors=True)
        yield options.home / name


def _fill(lines: int) -> None:
    from anmin.kernel.entitlements import actions as entitlements
    from anmin.kernel.people.models import Household

    users = staff(
        COUNTY,
        {
            "caiwu": "county_finance",
            "caiwu2": "county_finance",
            "shenhe": "county_approver",
            "lingdao": "county_leader",
            "lingdao2": "county_leader",
        },
    )
    home = Household.objects.create(number="P0", division=COUNTY + "001001", first_day=date(2020, 1, 1))
    decision = entitlements.decide(
        by=users["lingdao2"],
        case_number="BENCH",
        matter="dibao",
        division=COUNTY,
        household=home,
        outcome="grant",
        on=date(2026, 9, 20),
    )
    for low in range(1_000, 1_000 + lines, CHUNK):
        _load(low, min(low + CHUNK, 1_000 + lines) - 1, decision.pk)
    _analyze()


def _load(low: int, high: int, decision: int) -> None:
    """A share of the households by SQL; names and card numbers sealed one by one, as they are in an installation."""
    from django.db import connection, transaction

    from anmin.kernel.keys.fields import sealed_text
    from anmin.kernel.keys.queries import blind_index

    values = {"low": low, "high": high, "county": COUNTY, "benefits": list(BENEFITS), "decision": decision}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in HOUSEHOLDS.split(";\n"):
            cursor.execute(statement, values)
        names = [
            (n * 2, sealed_text(f"王{n:07d}"[:4], "kernel_person", "name", n * 2))
            for n in range(low, high + 1)
        ]
        cursor.execute(
            "UPDATE kernel_person SET name = fresh.name FROM unnest(%s::bigint[], %s::bytea[]) AS fresh(id, name)"
            " WHERE kernel_person.id = fresh.id",
            [[key for key, _name in names], [name for _key, name in names]],
        )
        with cursor.copy(
            "COPY kernel_payeeaccount (id, person_id, division, level, way, bank, number, blind, holder, last_four, first_day,"
            " source, recorded_at, confirmed_at) FROM STDIN"
        ) as copy:
            for n in range(low, high + 1):
                digits = a_number(n)
                copy.write_row(
                    [
                        n,
                        n * 2,
                        COUNTY + "001001",
                        1,
                        "social",
                        "威海银行",
                        sealed_text(digits, "kernel_payeeaccount", "number", n),
                        blind_index("bank", digits),
                        sealed_text(f"王{n:07d}"[:4], "kernel_payeeaccount", "holder", n),
                        digits[-4:],
                        date(2020, 1, 1),
                        "bench",
                        "2026-01-01 00:00:00+00",
                        "2026-01-01 00:00:00+00",
                    ]
                )
        with cursor.copy(
            "COPY kernel_identifier (id, person_id, kind, value, blind, source, learned_at) FROM STDIN"
        ) as copy:
            for n in range(low, high + 1):
                number = f"990000{n:012d}"
                value = sealed_text(number, "kernel_identifier", "value", n)
                blind = blind_index("resident", number)
                copy.write_row([n, n * 2, "resident", value, blind, "", "2026-01-01 00:00:00+00"])


def a_number(serial: int) -> str:
    """A card number that passes its check, of ten digits that count."""
    from anmin.lib.cards import luhn_digit

    digits = f"62220200{serial:010d}"
    return digits + luhn_digit(digits)


PAID = (
    *(
        "reconciliation",
        "returnline",
        "returnfile",
        "bankcall",
        "payfileline",
        "payfile",
        "bankstatement",
        "runapproval",
    ),
    *(
        "payexception",
        "runfunding",
        "paypart",
        "recoverymonth",
        "recoveryinstalment",
        "recovery",
        "ledgerline",
        "ledgerentry",
    ),
    *("payline", "payrun", "budgetmove", "budgetline", "fund", "periodclosing"),
)


def _forget() -> None:
    """Empty what a run writes, and put the amounts back as they were."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(f"kernel_{table}" for table in PAID) + " CASCADE")
        cursor.execute("DELETE FROM kernel_payeeaccount WHERE first_day > '2020-01-01'")
        cursor.execute("UPDATE kernel_payeeaccount SET last_day = NULL WHERE last_day IS NOT NULL")
        cursor.execute(
            "UPDATE kernel_amount SET fen = 10000 + (entitlement_id % 9973) * 7 WHERE entitlement_id % 100 = 1"
        )
    _analyze()


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
