"""The checks of a run's lines (发放校验), set by set: everybody a line is for, and what is known about them.

Somebody is covered by their own benefit, and by their household's as a member on the roster day. What any run has paid
for the same months, wherever and whenever, counts for doubles and exclusive pairs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from anmin.kernel.access.scopes import range_of
from anmin.kernel.entitlements.years import yearly_benefits
from anmin.kernel.payments.checks.codes import CODES, SENTINELS
from anmin.kernel.payments.placerules import pairs
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.scripts import run_scripts
from anmin.lib.calendar import add_months

COVERED = """
CREATE TEMP TABLE money_covered ON COMMIT DROP AS
SELECT line.id AS line, line.benefit, line.household_id AS household, coalesce(held.merged_into_id, held.id) AS person, true AS is_own
FROM kernel_payline AS line JOIN kernel_entitlement AS given ON given.id = line.entitlement_id
JOIN kernel_person AS held ON held.id = given.person_id
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s))
UNION ALL
SELECT line.id, line.benefit, line.household_id, coalesce(held.merged_into_id, held.id), false
FROM kernel_payline AS line JOIN kernel_entitlement AS given ON given.id = line.entitlement_id AND given.person_id IS NULL
JOIN kernel_membership AS member ON member.household_id = line.household_id AND NOT member.is_double
    AND member.first_day <= %(day)s AND (member.last_day IS NULL OR member.last_day >= %(month)s)
JOIN kernel_person AS held ON held.id = member.person_id
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s));
CREATE INDEX ON money_covered (person);
ANALYZE money_covered;
CREATE TEMP TABLE money_ever ON COMMIT DROP AS
SELECT line.id AS line, member.person_id AS record, coalesce(held.merged_into_id, held.id) AS person, member.first_day, member.last_day
FROM kernel_payline AS line JOIN kernel_entitlement AS given ON given.id = line.entitlement_id AND given.person_id IS NULL
JOIN kernel_membership AS member ON member.household_id = line.household_id AND NOT member.is_double
JOIN kernel_person AS held ON held.id = member.person_id
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s));
CREATE TEMP TABLE money_payee ON COMMIT DROP AS
SELECT line.id AS line, coalesce(held.merged_into_id, held.id) AS person, given.person_id IS NULL AS is_for_family
FROM kernel_payline AS line JOIN kernel_entitlement AS given ON given.id = line.entitlement_id
LEFT JOIN kernel_payeeaccount AS account ON account.id = line.account_id
JOIN kernel_person AS held ON held.id = coalesce(account.person_id, line.person_id)
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s));
CREATE TEMP TABLE money_died ON COMMIT DROP AS
WITH about AS (
    SELECT person FROM money_covered UNION SELECT person FROM money_ever UNION SELECT person FROM money_payee
)
SELECT held.id AS person, coalesce(held.died_on, said.day) AS day
FROM about JOIN kernel_person AS held ON held.id = about.person
LEFT JOIN (SELECT person_id, min(day) AS day FROM kernel_death WHERE is_trusted GROUP BY 1) AS said ON said.person_id = held.id
WHERE held.died_on IS NOT NULL OR said.day IS NOT NULL;
ANALYZE money_ever, money_payee, money_died;
CREATE TEMP TABLE money_found (line bigint, code text, person bigint, details jsonb) ON COMMIT DROP
"""

# A month of somebody's own benefit after the month of death; a family goes on until it is decided anew. What counts is
# whom the decision counted, not its day: a rise that is decided after a death may still be one for the dead. Where a
# decision says nothing of whom it counted, whoever belonged to the family then, if the death was not known.
DEAD = """
INSERT INTO money_found
SELECT covered.line, 'dead', covered.person, jsonb_build_object('day', died.day)
FROM money_covered AS covered JOIN money_died AS died USING (person)
WHERE covered.is_own AND EXISTS (
    SELECT 1 FROM kernel_paypart AS part WHERE part.line_id = covered.line AND part.basis <> 'deduct'
      AND part.month > died.day
);
INSERT INTO money_found
SELECT payee.line, 'payee_dead', payee.person, jsonb_build_object('day', died.day)
FROM money_payee AS payee JOIN money_died AS died USING (person) WHERE payee.is_for_family;
INSERT INTO money_found
SELECT DISTINCT ON (ever.line, ever.person) ever.line, 'member_dead', ever.person, jsonb_build_object('day', died.day)
FROM money_ever AS ever JOIN money_died AS died ON died.person = ever.person AND died.day < %(month)s
JOIN kernel_paypart AS part ON part.line_id = ever.line AND part.basis = 'basic' AND part.month = %(month)s
JOIN kernel_decision AS made ON made.id = part.decision
WHERE NOT EXISTS (SELECT 1 FROM money_payee AS payee WHERE payee.line = ever.line AND payee.person = ever.person)
  AND CASE WHEN jsonb_array_length(coalesce(made.facts -> 'persons', '[]')) > 0
    THEN made.facts -> 'persons' @> to_jsonb(ever.record) OR made.facts -> 'persons' @> to_jsonb(ever.person)
    ELSE ever.first_day <= made."on" AND (ever.last_day IS NULL OR ever.last_day >= least(made."on", died.day)) AND (
        made."on" < died.day OR EXISTS (
            SELECT 1 FROM kernel_death AS said WHERE said.person_id = ever.person AND said.learned_at > made.decided_at
        )
    ) END
"""

RECORDED = """
INSERT INTO money_found
SELECT DISTINCT ON (covered.line, said.kind, covered.person) covered.line, %(codes)s::jsonb ->> said.kind, covered.person,
    CASE said.kind WHEN 'moved' THEN jsonb_build_object('place', said.source)
         ELSE jsonb_build_object('day', CASE said.kind WHEN 'certificate' THEN said.first_day - 1 ELSE said.first_day END, 'source', said.source) END
FROM kernel_sentinel AS said JOIN kernel_person AS spoken ON spoken.id = said.person_id
JOIN money_covered AS covered ON covered.person = coalesce(spoken.merged_into_id, spoken.id)
WHERE said.lifted_at IS NULL AND said.first_day < %(next)s AND (said.last_day IS NULL OR said.last_day >= %(month)s OR EXISTS (
    SELECT 1 FROM kernel_paypart AS part WHERE part.line_id = covered.line AND part.basis = 'basic'
      AND part.month <= said.last_day AND part.month + interval '1 month' > said.first_day
))
ORDER BY covered.line, said.kind, covered.person, said.first_day;
INSERT INTO money_found
SELECT covered.line, 'certificate', covered.person, jsonb_build_object('day', max(shown.last_day))
FROM money_covered AS covered JOIN kernel_identifier AS shown ON shown.person_id = covered.person AND shown.kind = 'disability'
WHERE covered.is_own AND covered.benefit LIKE 'disability/%%'
  AND NOT EXISTS (SELECT 1 FROM money_found AS former WHERE former.line = covered.line AND former.code = 'certificate')
GROUP BY covered.line, covered.person HAVING bool_and(shown.last_day < %(month)s)
"""

AWAY = """
INSERT INTO money_found
SELECT covered.line, 'moved', NULL, jsonb_build_object('place', home.division)
FROM (SELECT DISTINCT line, household FROM money_covered) AS covered
JOIN kernel_household AS home ON home.id = covered.household
WHERE NOT (home.division >= %(low)s AND home.division <= %(high)s)
"""

# What is paid together is told month by month, whichever run paid it and when: back pay reaches into months in which
# somebody else paid. What is paid by the year is told by the year.
TOGETHER = """
CREATE TEMP TABLE money_mine ON COMMIT DROP AS
SELECT DISTINCT line.id AS line, line.entitlement_id AS entitlement, line.benefit, line.benefit = ANY (%(yearly)s) AS is_yearly,
    part.month, coalesce(held.merged_into_id, held.id) AS person
FROM kernel_payline AS line JOIN kernel_paypart AS part ON part.line_id = line.id AND part.basis = 'basic'
JOIN kernel_entitlement AS given ON given.id = line.entitlement_id
LEFT JOIN kernel_membership AS member ON given.person_id IS NULL AND member.household_id = line.household_id AND NOT member.is_double
    AND member.first_day <= least(%(day)s, (part.month + interval '1 month')::date - 1)
    AND (member.last_day IS NULL OR member.last_day >= part.month)
JOIN kernel_person AS held ON held.id = coalesce(given.person_id, member.person_id)
WHERE line.run_id = %(run)s AND line.state <> 'excluded';
CREATE TEMP TABLE money_his ON COMMIT DROP AS
WITH wanted AS (SELECT DISTINCT person FROM money_mine), records AS (
    SELECT person, person AS record FROM wanted
    UNION ALL SELECT wanted.person, gone.id FROM wanted JOIN kernel_person AS gone ON gone.merged_into_id = wanted.person
)
SELECT records.person, given.id AS entitlement, given.benefit, given.division, NULL::date AS first_day, NULL::date AS last_day
FROM records JOIN kernel_entitlement AS given ON given.person_id = records.record
UNION ALL
SELECT records.person, given.id, given.benefit, given.division, member.first_day, member.last_day
FROM records JOIN kernel_membership AS member ON member.person_id = records.record AND NOT member.is_double
JOIN kernel_entitlement AS given ON given.household_id = member.household_id AND given.person_id IS NULL;
CREATE INDEX ON money_his (person);
ANALYZE money_mine, money_his;
INSERT INTO money_found
WITH together AS (
    SELECT mine.line, mine.person, his.entitlement, his.benefit, his.division, pair.law,
        CASE WHEN mine.is_yearly THEN to_char(mine.month, 'YYYY') ELSE to_char(mine.month, 'YYYY-MM') END AS month
    FROM money_mine AS mine JOIN money_his AS his ON his.person = mine.person AND his.entitlement <> mine.entitlement
        AND (his.first_day IS NULL OR his.first_day <= least(%(day)s, (mine.month + interval '1 month')::date - 1))
        AND (his.last_day IS NULL OR his.last_day >= mine.month)
    LEFT JOIN jsonb_to_recordset(%(pairs)s::jsonb) AS pair(one text, other text, law text, since date) ON pair.since <= mine.month
        AND (pair.one = mine.benefit AND pair.other = his.benefit OR pair.other = mine.benefit AND pair.one = his.benefit)
    WHERE (his.benefit = mine.benefit OR pair.law IS NOT NULL) AND EXISTS (
        SELECT 1 FROM kernel_paypart AS part WHERE part.entitlement = his.entitlement AND part.is_live AND part.basis = 'basic'
          AND (part.month = mine.month OR mine.is_yearly AND date_trunc('year', part.month) = date_trunc('year', mine.month))
    )
), told AS (
    SELECT line, person, entitlement, benefit, division, law, string_agg(DISTINCT month, '、' ORDER BY month) AS months
    FROM together GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT DISTINCT ON (line, law IS NULL, person) line, CASE WHEN law IS NULL THEN 'twice' ELSE 'exclusive' END, person,
    CASE WHEN law IS NULL THEN jsonb_build_object('place', division, 'months', months)
         ELSE jsonb_build_object('other', benefit, 'law', law, 'months', months) END
FROM told ORDER BY line, law IS NULL, person, benefit, division, entitlement
"""

PAYING = """
INSERT INTO money_found
SELECT line.id, 'no_card', line.person_id, '{}'::jsonb FROM kernel_payline AS line
WHERE line.run_id = %(run)s AND line.state <> 'excluded' AND line.account_id IS NULL;
INSERT INTO money_found
WITH used AS MATERIALIZED (
    SELECT line.id, line.run_id = %(run)s AS is_ours, line.household_id, account.blind
    FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id
    JOIN kernel_payeeaccount AS account ON account.id = line.account_id
    WHERE run.month = %(month)s AND run.state <> 'void' AND line.state <> 'excluded' AND account.blind IS NOT NULL
), shared AS MATERIALIZED (
    SELECT blind, count(DISTINCT household_id) AS number FROM used GROUP BY 1 HAVING count(DISTINCT household_id) > 1
)
SELECT used.id, 'same_card', NULL, jsonb_build_object('number', shared.number)
FROM used JOIN shared USING (blind) WHERE used.is_ours;
INSERT INTO money_found
SELECT DISTINCT ON (line.id) line.id, 'over', NULL,
    jsonb_build_object('fen', greatest(amount.fen, part.fen), 'limit', decided.amount, 'month', to_char(part.month, 'YYYY-MM'))
FROM kernel_payline AS line JOIN kernel_paypart AS part ON part.line_id = line.id AND part.basis = 'basic'
JOIN kernel_amount AS amount ON amount.entitlement_id = line.entitlement_id AND amount.first_month <= part.month
    AND (amount.last_month IS NULL OR amount.last_month >= part.month)
JOIN kernel_decision AS decided ON decided.id = amount.decision_id AND decided.amount < greatest(amount.fen, part.fen)
WHERE line.run_id = %(run)s AND line.state <> 'excluded'
ORDER BY line.id, part.month DESC
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


TEMPORARY = "DROP TABLE IF EXISTS money_covered, money_ever, money_payee, money_died, money_found, money_mine, money_his"


def check_lines(cursor: CursorWrapper, run: PayRun) -> None:
    """Look at every line of a run and write down what stands against it; hold what is not decided."""
    values: dict[str, Any] = {
        **of_run(run),
        "lines": None,
        "yearly": yearly_benefits(),
        "powers": json.dumps({code.key: code.power for code in CODES.values()}),
        "pairs": json.dumps(
            [
                {"one": one.one, "other": one.other, "law": one.law, "since": one.since.isoformat()}
                for one in pairs()
            ]
        ),
    }
    go_through(cursor, (COVERED, DEAD, RECORDED, AWAY, TOGETHER, PAYING, LEFT_OUT, SYNC), values)
    hold(cursor, run.pk)


def of_run(run: PayRun) -> dict[str, Any]:
    """What every script asks of a run."""
    low, high = range_of(run.division)
    return {
        "run": run.pk,
        "low": low,
        "high": high,
        "month": run.month,
        "next": add_months(run.month, 1),
        "day": run.roster_day,
        "codes": json.dumps(SENTINELS),
    }


def go_through(cursor: CursorWrapper, scripts: Sequence[str], values: dict[str, Any]) -> None:
    """Run scripts in their order over temporary tables of their own."""
    cursor.execute(TEMPORARY)
    run_scripts(cursor, scripts, values)


def hold(cursor: CursorWrapper, run: int, line: int | None = None) -> None:
    """Hold the lines with open exceptions, and let the others go; or just one line."""
    cursor.execute(HOLD, {"run": run, "line": line})
