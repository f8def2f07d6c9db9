"""Persons under protection (未成年人保护): are their homes kept; who looked at their records, by whose leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from anmin.kernel.people.models import Level


@dataclass(frozen=True)
class Looks:
    """How often one reader saw one child's record, and what allowed it: 紧急查阅, 承办指定, 岗位 or 部门接口."""

    person: int
    reader: int | None
    name: str
    leave: str
    looks: int


REPORT = """
SELECT held.id, look.reader, max(look.reader_name),
    CASE WHEN look.reader IS NULL THEN '部门接口'
         WHEN EXISTS (SELECT 1 FROM kernel_breakglass AS glass WHERE glass.user_id = look.reader
                      AND glass.person = held.id AND glass.approved_by_id IS NOT NULL
                      AND look.at BETWEEN glass.asked_at AND glass.until) THEN '紧急查阅'
         WHEN EXISTS (SELECT 1 FROM kernel_assignment AS own WHERE own.user_id = look.reader
                      AND own.person = held.id AND look.at::date >= own.first_day
                      AND (own.last_day IS NULL OR look.at::date <= own.last_day)) THEN '承办指定'
         ELSE '岗位' END AS leave,
    count(*)
FROM kernel_read AS look CROSS JOIN LATERAL unnest(look.persons) AS seen(id)
JOIN kernel_person AS held ON held.id = seen.id AND held.level >= %s
WHERE look.at >= %s AND look.at < %s::date + 1
GROUP BY held.id, look.reader, leave
ORDER BY held.id, look.reader
"""


def minors_report(first: date, last: date) -> list[Looks]:
    """Every look at a protected record between two days, both inclusive (未成年人网络保护条例 §§36–37).

    It comes from the book of reads alone, so its sum is the number of looks that the book holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(REPORT, [Level.PROTECTED, first, last])
        return [Looks(*row) for row in cursor.fetchall()]


DERIVED = """
WITH derived AS (
    SELECT held.id AS person, home.id AS household, home.number, home.division, held.division AS held_division,
        held.level AS held_level,
        CASE WHEN bool_or(member.last_day IS NULL) THEN NULL ELSE max(member.last_day) END AS last_day
    FROM kernel_person AS held
    JOIN kernel_membership AS member ON member.person_id = held.id
    JOIN kernel_household AS home ON home.id = member.household_id
    WHERE held.level >= %s
    GROUP BY held.id, home.id
), kept AS (
    SELECT person, household, number, division, held_division, held_level, last_day FROM kernel_heldhome
)
SELECT (SELECT count(*) FROM kept),
    (SELECT count(*) FROM (SELECT * FROM derived EXCEPT SELECT * FROM kept) AS lacking)
    + (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM derived) AS stale)
"""


def held_homes() -> tuple[int, int]:
    """How many homes of protected persons are kept, and how many rows differ from persons and memberships."""
    with connection.cursor() as cursor:
        cursor.execute(DERIVED, [Level.PROTECTED])
        kept, wrong = cursor.fetchone()
    return kept, wrong
