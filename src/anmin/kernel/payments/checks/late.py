"""What was learned after a run was checked (校验后的新情况), and what nobody has decided of it.

By what stands in the register, whatever the clocks say, and besides by what was written down since the check: also of
former members. Both come to rows of the same shape, so that each is an exception somebody decides.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from anmin.kernel.payments.checks.checking import AWAY, COVERED, DEAD, RECORDED, go_through, of_run
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.runs.models import PayRun

BY_REGISTER: tuple[str, ...] = (DEAD, RECORDED, AWAY)

LINE_OF = """JOIN kernel_person AS spoken ON spoken.id = {0}.person_id
CROSS JOIN LATERAL (SELECT coalesce(spoken.merged_into_id, spoken.id) AS person) AS root
JOIN LATERAL (
    SELECT own.id FROM kernel_payline AS own WHERE own.run_id = %(run)s AND own.person_id IN (spoken.id, root.person)
    UNION
    SELECT home.id FROM kernel_membership AS member JOIN kernel_payline AS home ON home.household_id = member.household_id
    WHERE home.run_id = %(run)s AND member.person_id IN (spoken.id, root.person)
) AS line ON true"""
"""The lines of a run that somebody is paid by, or ever belonged to the household of; also by a record merged into another."""

# A word that is newer than the check stands for whatever was said before of the same kind: it was not decided with it.
SINCE = f"""
CREATE TEMP TABLE money_since ON COMMIT DROP AS
SELECT DISTINCT ON (line.id, said.kind, root.person) line.id AS line, %(codes)s::jsonb ->> said.kind AS code,
    root.person AS person,
    CASE said.kind WHEN 'moved' THEN jsonb_build_object('place', said.source)
         ELSE jsonb_build_object('day', CASE said.kind WHEN 'certificate' THEN said.first_day - 1 ELSE said.first_day END, 'source', said.source) END
        AS details
FROM kernel_sentinel AS said
{LINE_OF.format("said")}
WHERE said.lifted_at IS NULL AND said.first_day < %(next)s AND (said.last_day IS NULL OR said.last_day >= %(month)s OR EXISTS (
    SELECT 1 FROM kernel_paypart AS part WHERE part.line_id = line.id AND part.basis = 'basic'
      AND part.month <= said.last_day AND part.month + interval '1 month' > said.first_day
))
  AND (%(checked)s::timestamptz IS NULL OR said.learned_at > %(checked)s)
  AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s))
ORDER BY line.id, said.kind, root.person, said.learned_at DESC, said.id DESC;
DELETE FROM money_found AS found USING money_since AS newer
WHERE newer.line = found.line AND newer.code = found.code AND newer.person = found.person;
INSERT INTO money_found SELECT line, code, person, details FROM money_since;
INSERT INTO money_found
SELECT DISTINCT ON (line.id, died.person_id) line.id, 'member_dead', died.person_id, jsonb_build_object('day', held.died_on)
FROM kernel_death AS died JOIN kernel_person AS held ON held.id = died.person_id AND held.died_on < %(month)s
{LINE_OF.format("died")}
WHERE (%(checked)s::timestamptz IS NULL OR died.learned_at > %(checked)s)
  AND (%(lines)s::bigint[] IS NULL OR line.id = ANY (%(lines)s))
  AND NOT EXISTS (
    SELECT 1 FROM money_found AS found WHERE found.line = line.id AND found.person = died.person_id
      AND found.code IN ('dead', 'payee_dead', 'member_dead')
)
"""

# A payee who died is no hindrance once the family has another account that two people stand for, and theirs is ended.
REPLACED = """
DELETE FROM money_found AS found USING kernel_payline AS line
WHERE found.code = 'payee_dead' AND line.id = found.line AND EXISTS (
    SELECT 1 FROM kernel_payeeaccount AS other WHERE other.household_id = line.household_id AND other.confirmed_at IS NOT NULL
      AND other.person_id <> found.person AND other.first_day <= %(on)s AND (other.last_day IS NULL OR other.last_day >= %(on)s)
) AND NOT EXISTS (
    SELECT 1 FROM kernel_payeeaccount AS his WHERE his.id = line.account_id AND his.person_id = found.person
      AND (his.last_day IS NULL OR his.last_day >= %(on)s)
)
"""

# Whoever decided has not seen it: nobody let the same thing pass.
UNSEEN = """
SELECT DISTINCT found.line FROM money_found AS found WHERE NOT EXISTS (
    SELECT 1 FROM kernel_payexception AS known WHERE known.run_id = %(run)s AND known.line_id = found.line
      AND known.code = found.code AND known.person_id IS NOT DISTINCT FROM found.person
      AND known.state = 'released' AND known.details = found.details
)
"""

WRITE = (
    """
UPDATE kernel_payexception AS known SET state = 'gone'
WHERE known.run_id = %(run)s AND known.line_id IS NOT NULL AND known.state = 'open'
  AND (%(lines)s::bigint[] IS NULL OR known.line_id = ANY (%(lines)s)) AND NOT EXISTS (
    SELECT 1 FROM money_found AS found
    WHERE found.line = known.line_id AND found.code = known.code AND found.person IS NOT DISTINCT FROM known.person_id
)
""",
    """
UPDATE kernel_payexception AS known SET state = 'open', details = found.details, decided_by_id = NULL, decided_at = NULL
FROM money_found AS found
WHERE known.run_id = %(run)s AND known.line_id = ANY (%(stopped)s) AND found.line = known.line_id AND found.code = known.code
  AND found.person IS NOT DISTINCT FROM known.person_id
  AND (known.state = 'gone' OR known.state = 'released' AND known.details <> found.details)
""",
    """
INSERT INTO kernel_payexception (run_id, line_id, code, person_id, division, level, details, power, state, found_at, reason)
SELECT %(run)s, line.id, found.code, found.person, line.division, line.level, found.details, %(powers)s::jsonb ->> found.code,
    'open', now(), ''::bytea
FROM (SELECT DISTINCT ON (line, code, person) * FROM money_found WHERE line = ANY (%(stopped)s)) AS found
JOIN kernel_payline AS line ON line.id = found.line
WHERE NOT EXISTS (
    SELECT 1 FROM kernel_payexception AS known WHERE known.run_id = %(run)s AND known.line_id = found.line
      AND known.code = found.code AND known.person_id IS NOT DISTINCT FROM found.person
)
""",
)


def unseen(cursor: CursorWrapper, run: PayRun, on: date, lines: Sequence[int] | None = None) -> list[int]:
    """Lines of a run with a death or a word about somebody in them that nobody has decided.

    `lines` are the keys to look at where these are few. What was found stays for `write_down` until the transaction ends.
    """
    values = of_run(run) | {
        "lines": None if lines is None else list(lines),
        "checked": run.checked_at,
        "on": on,
    }
    cursor.execute("DROP TABLE IF EXISTS money_since")
    go_through(cursor, (COVERED, *BY_REGISTER, SINCE, REPLACED), values)
    cursor.execute(UNSEEN, values)
    return [line for (line,) in cursor.fetchall()]


def write_down(
    cursor: CursorWrapper, run: PayRun, stopped: Sequence[int], lines: Sequence[int] | None = None
) -> None:
    """Make what `unseen` found exceptions of the lines that it stops; what is no longer so is gone."""
    values: dict[str, Any] = {
        "run": run.pk,
        "lines": None if lines is None else list(lines),
        "stopped": list(stopped),
        "powers": json.dumps({code.key: code.power for code in CODES.values()}),
    }
    for statement in WRITE:
        cursor.execute(statement, values)
