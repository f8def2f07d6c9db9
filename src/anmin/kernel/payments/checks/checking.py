"""The checks of a run's lines (发放校验), set by set: everybody a line is for, and what is known about them.

Somebody is covered by their own benefit, and by their household's as a member on the roster day. Lines of other runs of
the same month, wherever, count for doubles and exclusive pairs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from anmin.kernel.payments.checks.codes import CODES, SENTINELS
from anmin.kernel.payments.placerules import pairs
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.scripts import run_scripts
from anmin.lib.calendar import add_months

COVERED = """
CREATE TEMP TABLE money_covered ON COMMIT DROP AS
SELECT line.id AS line, line.run_id = %(run)s AS is_ours, line.entitlement_id AS entitlement, line.benefit, line.division,
    line.household_id AS household, coalesce(held.merged_into_id, held.id) AS person, true AS is_own
FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id
JOIN kernel_entitlement AS given ON given.id = line.entitlement_id JOIN kernel_person AS held ON held.id = given.person_id
WHERE run.month = %(month)s AND run.state <> 'void' AND line.state <> 'excluded' AND (%(others)s OR line.run_id = %(run)s)
    AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s))
UNION ALL
SELECT line.id, line.run_id = %(run)s, line.entitlement_id, line.benefit, line.division, line.household_id,
    coalesce(held.merged_into_id, held.id), false
FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id
JOIN kernel_entitlement AS given ON given.id = line.entitlement_id AND given.person_id IS NULL
JOIN kernel_membership AS member ON member.household_id = line.household_id AND NOT member.is_double
    AND member.first_day <= run.roster_day AND (member.last_day IS NULL OR member.last_day >= run.month)
JOIN kernel_person AS held ON held.id = member.person_id
WHERE run.month = %(month)s AND run.state <> 'void' AND line.state <> 'excluded' AND (%(others)s OR line.run_id = %(run)s)
    AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s));
CREATE INDEX ON money_covered (person);
ANALYZE money_covered;
CREATE TEMP TABLE money_died ON COMMIT DROP AS
WITH about AS (
    SELECT DISTINCT person FROM money_covered UNION SELECT person_id FROM kernel_payline
    WHERE run_id = %(run)s AND (%(lines)s::bigint[] IS NULL OR id = ANY (%(lines)s))
)
SELECT held.id AS person, coalesce(held.died_on, said.day) AS day
FROM about JOIN kernel_person AS held ON held.id = about.person
LEFT JOIN (SELECT person_id, min(day) AS day FROM kernel_death WHERE is_trusted GROUP BY 1) AS said ON said.person_id = held.id
WHERE held.died_on IS NOT NULL OR said.day IS NOT NULL;
ANALYZE money_died;
CREATE TEMP TABLE money_found (line bigint, code text, person bigint, details jsonb) ON COMMIT DROP
"""

# A month of somebody's own benefit after the month of death; a family goes on until it is decided anew.
DEAD = """
INSERT INTO money_found
SELECT covered.line, 'dead', covered.person, jsonb_build_object('day', died.day)
FROM money_covered AS covered JOIN money_died AS died USING (person)
WHERE covered.is_ours AND covered.is_own AND EXISTS (
    SELECT 1 FROM kernel_paypart AS part WHERE part.line_id = covered.line AND part.basis <> 'deduct'
      AND part.month > died.day
);
INSERT INTO money_found
SELECT line.id, 'payee_dead', line.person_id, jsonb_build_object('day', died.day)
FROM kernel_payline AS line JOIN money_died AS died ON died.person = line.person_id
JOIN kernel_entitlement AS given ON given.id = line.entitlement_id AND given.person_id IS NULL
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND died.day <= %(day)s;
INSERT INTO money_found
SELECT DISTINCT ON (covered.line, covered.person) covered.line, 'member_dead', covered.person, jsonb_build_object('day', died.day)
FROM money_covered AS covered JOIN money_died AS died USING (person)
JOIN kernel_payline AS line ON line.id = covered.line AND line.person_id IS DISTINCT FROM covered.person
JOIN kernel_paypart AS part ON part.line_id = covered.line AND part.basis = 'basic' AND part.month = %(month)s
JOIN kernel_decision AS made ON made.id = part.decision
WHERE covered.is_ours AND NOT covered.is_own AND died.day < %(month)s AND made."on" < died.day
"""

RECORDED = """
INSERT INTO money_found
SELECT DISTINCT ON (covered.line, said.kind, covered.person) covered.line, %(codes)s::jsonb ->> said.kind, covered.person,
    CASE said.kind WHEN 'moved' THEN jsonb_build_object('place', said.source)
         ELSE jsonb_build_object('day', CASE said.kind WHEN 'certificate' THEN said.first_day - 1 ELSE said.first_day END, 'source', said.source) END
FROM money_covered AS covered JOIN kernel_sentinel AS said ON said.person_id = covered.person
WHERE covered.is_ours AND said.lifted_at IS NULL AND said.first_day < %(next)s
  AND (said.last_day IS NULL OR said.last_day >= %(month)s)
ORDER BY covered.line, said.kind, covered.person, said.first_day;
INSERT INTO money_found
SELECT covered.line, 'certificate', covered.person, jsonb_build_object('day', max(shown.last_day))
FROM money_covered AS covered JOIN kernel_identifier AS shown ON shown.person_id = covered.person AND shown.kind = 'disability'
WHERE covered.is_ours AND covered.is_own AND covered.benefit LIKE 'disability/%%'
  AND NOT EXISTS (SELECT 1 FROM money_found AS former WHERE former.line = covered.line AND former.code = 'certificate')
GROUP BY covered.line, covered.person HAVING bool_and(shown.last_day < %(month)s)
"""

AWAY = """
INSERT INTO money_found
SELECT covered.line, 'moved', NULL, jsonb_build_object('place', home.division)
FROM (SELECT DISTINCT line, household FROM money_covered WHERE is_ours) AS covered
JOIN kernel_household AS home ON home.id = covered.household
WHERE NOT (home.division >= %(low)s AND home.division <= %(high)s)
"""

TOGETHER = """
INSERT INTO money_found
SELECT DISTINCT ON (mine.line, mine.person) mine.line, 'twice', mine.person, jsonb_build_object('place', his.division)
FROM money_covered AS mine JOIN money_covered AS his
    ON his.person = mine.person AND his.benefit = mine.benefit AND his.entitlement <> mine.entitlement
WHERE mine.is_ours ORDER BY mine.line, mine.person, his.division;
INSERT INTO money_found
SELECT DISTINCT ON (mine.line, mine.person) mine.line, 'exclusive', mine.person, jsonb_build_object('other', his.benefit, 'law', pair.law)
FROM money_covered AS mine JOIN money_covered AS his ON his.person = mine.person AND his.entitlement <> mine.entitlement
JOIN jsonb_to_recordset(%(pairs)s::jsonb) AS pair(one text, other text, law text)
    ON (pair.one = mine.benefit AND pair.other = his.benefit) OR (pair.other = mine.benefit AND pair.one = his.benefit)
WHERE mine.is_ours ORDER BY mine.line, mine.person, his.benefit
"""

PAYING = """
INSERT INTO money_found
SELECT line.id, 'no_card', line.person_id, '{}'::jsonb FROM kernel_payline AS line
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND line.account_id IS NULL;
INSERT INTO money_found
WITH used AS MATERIALIZED (
    SELECT line.id, line.household_id, account.blind
    FROM kernel_payline AS line JOIN kernel_payeeaccount AS account ON account.id = line.account_id
    WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND account.blind IS NOT NULL
), shared AS MATERIALIZED (
    SELECT blind, count(DISTINCT household_id) AS number FROM used GROUP BY 1 HAVING count(DISTINCT household_id) > 1
)
SELECT used.id, 'same_card', NULL, jsonb_build_object('number', shared.number) FROM used JOIN shared USING (blind);
INSERT INTO money_found
SELECT line.id, 'over', NULL, jsonb_build_object('fen', made.fen, 'limit', decided.amount)
FROM (
    SELECT part.line_id, part.decision, sum(part.fen) AS fen FROM kernel_paypart AS part
    JOIN kernel_payline AS line ON line.id = part.line_id
    WHERE line.run_id = %(run)s AND part.basis = 'basic' AND part.month = %(month)s GROUP BY 1, 2
) AS made JOIN kernel_decision AS decided ON decided.id = made.decision AND decided.amount < made.fen
JOIN kernel_payline AS line ON line.id = made.line_id AND line.state <> 'excluded'
"""

# A run computed anew: who was left out for the same reason is left out again; else the decision is over.
LEFT_OUT = """
WITH again AS (
    SELECT DISTINCT known.line_id AS id FROM kernel_payexception AS known
    JOIN kernel_payline AS line ON line.id = known.line_id AND line.state IN ('due', 'held')
    JOIN money_found AS found ON found.line = known.line_id AND found.code = known.code
        AND found.person IS NOT DISTINCT FROM known.person_id AND found.details = known.details
    WHERE known.run_id = %(run)s AND known.state = 'excluded'
), gone AS (
    UPDATE kernel_payline AS line SET state = 'excluded' FROM again WHERE line.id = again.id RETURNING line.id
)
UPDATE kernel_paypart AS part SET is_live = false FROM gone WHERE part.line_id = gone.id;
UPDATE kernel_payexception AS known SET state = 'gone' FROM kernel_payline AS line
WHERE known.run_id = %(run)s AND known.state = 'excluded' AND line.id = known.line_id AND line.state IN ('due', 'held')
"""

# What was decided stays decided as long as it is about the same; what is no longer found is gone.
SYNC = """
CREATE INDEX ON money_found (line, code);
UPDATE kernel_payexception AS known SET state = 'gone'
WHERE known.run_id = %(run)s AND known.line_id IS NOT NULL AND known.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM money_found AS found
    WHERE found.line = known.line_id AND found.code = known.code AND found.person IS NOT DISTINCT FROM known.person_id
);
UPDATE kernel_payexception AS known SET state = 'open', details = found.details, decided_by_id = NULL, decided_at = NULL
FROM money_found AS found
WHERE known.run_id = %(run)s AND found.line = known.line_id AND found.code = known.code
  AND found.person IS NOT DISTINCT FROM known.person_id
  AND (known.state = 'gone' OR (known.state = 'released' AND known.details <> found.details));
INSERT INTO kernel_payexception (run_id, line_id, code, person_id, division, level, details, power, state, found_at, reason)
SELECT %(run)s, line.id, found.code, found.person, line.division, line.level, found.details, %(powers)s::jsonb ->> found.code,
    'open', now(), ''::bytea
FROM (SELECT DISTINCT ON (line, code, person) * FROM money_found) AS found JOIN kernel_payline AS line ON line.id = found.line
WHERE NOT EXISTS (
    SELECT 1 FROM kernel_payexception AS known WHERE known.run_id = %(run)s AND known.line_id = found.line
      AND known.code = found.code AND known.person_id IS NOT DISTINCT FROM found.person
)
"""

HOLD = """
WITH stopped AS (
    SELECT DISTINCT line_id AS id FROM kernel_payexception WHERE run_id = %(run)s AND state = 'open' AND line_id IS NOT NULL
      AND (%(line)s::bigint IS NULL OR line_id = %(line)s)
)
UPDATE kernel_payline AS line SET state = CASE WHEN stopped.id IS NULL THEN 'due' ELSE 'held' END
FROM kernel_payline AS same LEFT JOIN stopped ON stopped.id = same.id
WHERE same.id = line.id AND (%(line)s::bigint IS NULL OR line.id = %(line)s) AND line.run_id = %(run)s AND line.state IN ('due', 'held')
  AND line.state <> CASE WHEN stopped.id IS NULL THEN 'due' ELSE 'held' END
"""


def check_lines(cursor: CursorWrapper, run: PayRun, low: str, high: str) -> None:
    """Look at every line of a run and write down what stands against it; hold what is not decided."""
    values: dict[str, Any] = {
        **of_run(run),
        "others": True,
        "lines": None,
        "low": low,
        "high": high,
        "powers": json.dumps({code.key: code.power for code in CODES.values()}),
        "pairs": json.dumps(
            [
                {"one": one.one, "other": one.other, "law": one.law}
                for one in pairs()
                if one.since <= run.month
            ]
        ),
    }
    go_through(cursor, (COVERED, DEAD, RECORDED, AWAY, TOGETHER, PAYING, LEFT_OUT, SYNC), values)
    hold(cursor, run.pk)


def of_run(run: PayRun) -> dict[str, Any]:
    """What every script asks of a run."""
    return {
        "run": run.pk,
        "month": run.month,
        "next": add_months(run.month, 1),
        "day": run.roster_day,
        "codes": json.dumps(SENTINELS),
    }


def go_through(cursor: CursorWrapper, scripts: Sequence[str], values: dict[str, Any]) -> None:
    """Run scripts in their order over temporary tables of their own."""
    cursor.execute("DROP TABLE IF EXISTS money_covered, money_died, money_found")
    run_scripts(cursor, scripts, values)


def hold(cursor: CursorWrapper, run: int, line: int | None = None) -> None:
    """Hold the lines with open exceptions, and let the others go; or just one line."""
    cursor.execute(HOLD, {"run": run, "line": line})
