"""What is due (应发计算), set by set in the database: dated amounts less what was accrued, price subsidies, deductions, refunds.

Months are whole: a benefit begins with the month that its decision names (as a rule the one after) and ends with the
last month of its amounts; nothing is split by days (民发〔2021〕57号 §21). Nothing here knows a person's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.kernel.access.scopes import range_of
from anmin.kernel.entitlements.years import yearly_benefits
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.scripts import run_scripts
from anmin.lib.calendar import add_months
from anmin.lib.divisions import ancestors

MANY = 200
"""Lines from which on the planner is told about them before the checks join them."""
LOOK_BACK = 60
"""Months that are looked at again for back pay and overpayment; older ones are a person's work."""

# A benefit decided before payments began here was paid by other means until then: its months begin with the first run,
# be it one of the village, the county or the city.
# Of one that was taken over it is known until when it was paid elsewhere: its amounts begin with the month after.
ROSTER = """
CREATE TEMP TABLE money_roster ON COMMIT DROP AS
SELECT given.id AS entitlement, given.benefit, given.division, given.level, given.household_id AS household,
    given.person_id AS person, home.settlement,
    greatest(
        date_trunc('month', given.first_day)::date, %(oldest)s::date,
        CASE WHEN made."on" < began.month AND made.matter <> 'takeover' THEN began.month ELSE '0001-01-01' END
    )::date AS first_month
FROM kernel_entitlement AS given
JOIN kernel_household AS home ON home.id = given.household_id
JOIN kernel_decision AS made ON made.id = given.begun_by_id
CROSS JOIN LATERAL (
    SELECT min(run.month) AS month FROM unnest(%(lows)s::text[], %(highs)s::text[], %(begun)s::text[], %(months)s::date[])
        AS run(low, high, benefit, month)
    WHERE given.benefit = run.benefit AND given.division >= run.low AND given.division <= run.high
) AS began
WHERE given.division >= %(low)s AND given.division <= %(high)s AND given.benefit = ANY (%(benefits)s)
  AND given.first_day < %(next)s;
CREATE UNIQUE INDEX ON money_roster (entitlement);
ANALYZE money_roster;
"""

# What is paid by the year stands on the books as such, and nothing else does; whoever wrote it otherwise is refused.
MISTAKEN = """
SELECT count(*) FROM money_roster AS listed JOIN kernel_amount AS amount ON amount.entitlement_id = listed.entitlement
WHERE amount.fen > 0 AND (amount.year IS NOT NULL) <> (listed.benefit = ANY (%(yearly)s))
"""

# What is claimed is not the family's, whether it has come back or not; what of it somebody decided that the family keeps is
# neither paid again nor found again. What was found and not decided is not found twice.
DIFFERENCES = """
CREATE TEMP TABLE money_difference ON COMMIT DROP AS
WITH due AS (
    SELECT listed.entitlement, month::date AS month, amount.fen, amount.decision_id, amount.year IS NOT NULL AS is_yearly
    FROM money_roster AS listed JOIN kernel_amount AS amount ON amount.entitlement_id = listed.entitlement
    CROSS JOIN LATERAL generate_series(
        greatest(amount.first_month, listed.first_month)::timestamp,
        least(coalesce(amount.last_month, %(month)s), %(month)s::date)::timestamp, interval '1 month'
    ) AS month
), given AS (
    SELECT part.entitlement, part.month, sum(part.fen)::bigint AS fen, max(part.sequence) + 1 AS next
    FROM kernel_paypart AS part JOIN money_roster AS listed ON listed.entitlement = part.entitlement
    WHERE part.is_live AND part.basis = 'basic' AND part.month BETWEEN listed.first_month AND %(month)s
    GROUP BY 1, 2
    UNION ALL
    SELECT first.entitlement, first.month, first.fen, 0
    FROM anmin_paid_first AS first JOIN money_roster AS listed USING (entitlement)
    WHERE first.month BETWEEN listed.first_month AND %(month)s
), accrued AS (
    SELECT entitlement, month, sum(fen)::bigint AS fen, max(next) AS next FROM given GROUP BY 1, 2
), found AS (
    SELECT back.entitlement, back.month, max(back.sequence) + 1 AS next,
        coalesce(sum(back.fen - coalesce(back.kept, 0))
            FILTER (WHERE owed.state IN ('noticed', 'agreed', 'repaid', 'court', 'written_off')), 0)::bigint AS owed,
        coalesce(sum(CASE WHEN owed.state IN ('found', 'heard') THEN back.fen
                WHEN owed.state = 'dropped' THEN coalesce(back.kept, back.fen) ELSE coalesce(back.kept, 0) END)
            FILTER (WHERE owed.state <> 'void'), 0)::bigint AS kept
    FROM kernel_recoverymonth AS back JOIN kernel_recovery AS owed ON owed.id = back.recovery_id
    JOIN money_roster AS listed ON listed.entitlement = back.entitlement
    GROUP BY 1, 2
), laid AS (
    SELECT entitlement, month, due.decision_id AS decision, coalesce(is_yearly, false) AS is_yearly,
        coalesce(accrued.next, 0) AS part_next, coalesce(found.next, 0) AS found_next, coalesce(due.fen, 0) AS due,
        coalesce(accrued.fen, 0) - coalesce(found.owed, 0) AS had, coalesce(found.kept, 0) AS kept
    FROM due FULL JOIN accrued USING (entitlement, month) LEFT JOIN found USING (entitlement, month)
)
SELECT entitlement, month, decision, is_yearly, part_next, found_next, due - had AS more, had - due - kept AS less
FROM laid WHERE due <> had;
ANALYZE money_difference;
"""

BASIC = """
CREATE TEMP TABLE money_part (
    entitlement bigint, basis text, month date, sequence integer, fen bigint, cause text, decision bigint, instalment bigint
) ON COMMIT DROP;
INSERT INTO money_part
SELECT entitlement, 'basic', month, part_next, more,
    CASE WHEN part_next > 0 THEN 'raised' WHEN month < %(month)s THEN 'late' WHEN is_yearly THEN 'year' ELSE 'month' END,
    decision, NULL
FROM money_difference WHERE more > 0;
"""

# One person, one subsidy: who has a benefit of their own is not counted again in the household's, whichever run pays
# either of them; of several of their own the first carries it, so that a later one brings no second.
PRICE = """
CREATE TEMP TABLE money_price ON COMMIT DROP AS
WITH decided AS (
    SELECT DISTINCT ON (month) * FROM kernel_pricesubsidy
    WHERE division = ANY (%(places)s) AND month <= %(month)s ORDER BY month, length(division) DESC, division DESC
), eligible AS (
    SELECT listed.*, decided.month, CASE WHEN listed.settlement = 1 THEN decided.rural_fen ELSE decided.urban_fen END AS each
    FROM money_roster AS listed
    JOIN decided ON listed.benefit = ANY (decided.benefits) AND decided.month >= listed.first_month
    JOIN kernel_amount AS amount ON amount.entitlement_id = listed.entitlement AND amount.fen > 0
        AND amount.first_month <= decided.month AND (amount.last_month IS NULL OR amount.last_month >= decided.month)
), own AS (
    SELECT given.person_id AS person, decided.month, min(given.id) AS entitlement
    FROM decided JOIN kernel_entitlement AS given ON given.benefit = ANY (decided.benefits) AND given.person_id IS NOT NULL
        AND given.division >= %(low)s AND given.division <= %(high)s AND date_trunc('month', given.first_day) <= decided.month
    JOIN kernel_amount AS amount ON amount.entitlement_id = given.id AND amount.fen > 0
        AND amount.first_month <= decided.month AND (amount.last_month IS NULL OR amount.last_month >= decided.month)
    LEFT JOIN money_roster AS listed ON listed.entitlement = given.id
    WHERE listed.entitlement IS NULL OR listed.first_month <= decided.month
    GROUP BY 1, 2
), counted AS (
    SELECT eligible.entitlement, eligible.month, eligible.household, eligible.person, eligible.each,
        CASE WHEN eligible.person IS NOT NULL THEN (own.entitlement IS NOT NULL)::integer
        ELSE (
            SELECT count(*) FROM kernel_membership AS member
            WHERE member.household_id = eligible.household AND NOT member.is_double
              AND member.first_day < (eligible.month + interval '1 month') AND (member.last_day IS NULL OR member.last_day >= eligible.month)
              AND NOT EXISTS (SELECT 1 FROM own AS his WHERE his.person = member.person_id AND his.month = eligible.month)
        ) END AS persons
    FROM eligible LEFT JOIN own ON own.entitlement = eligible.entitlement AND own.month = eligible.month
), had AS (
    SELECT part.entitlement, part.month, sum(part.fen) AS fen, max(part.sequence) + 1 AS next
    FROM kernel_paypart AS part JOIN counted USING (entitlement, month) WHERE part.basis = 'price' AND part.is_live GROUP BY 1, 2
)
SELECT counted.*, coalesce(had.next, 0) AS next, persons * each - coalesce(had.fen, 0) AS more, (
    SELECT member.household_id FROM kernel_membership AS member
    WHERE member.person_id = counted.person AND NOT member.is_double AND member.first_day < (counted.month + interval '1 month')
      AND (member.last_day IS NULL OR member.last_day >= counted.month)
    ORDER BY member.first_day DESC, member.household_id LIMIT 1
) AS lives_in
FROM counted LEFT JOIN had USING (entitlement, month) WHERE persons * each > coalesce(had.fen, 0);
ANALYZE money_price;
"""

# What was paid for a month does not say whom it counted. All that a family's members are paid, in the family's name and in
# their own, is never more than one subsidy each: who comes by a benefit of their own later was counted already.
PRICED = """
INSERT INTO money_part
WITH wanted AS (
    SELECT entitlement, month, next, more, each, CASE WHEN person IS NULL THEN household ELSE lives_in END AS home,
        sum(more) OVER (
            PARTITION BY CASE WHEN person IS NULL THEN household ELSE lives_in END, month ORDER BY person IS NULL, entitlement
        ) - more AS taken
    FROM money_price
), living AS (
    SELECT one.home, one.month, member.person_id AS person
    FROM (SELECT DISTINCT home, month FROM wanted WHERE home IS NOT NULL) AS one
    JOIN kernel_membership AS member ON member.household_id = one.home AND NOT member.is_double
        AND member.first_day < (one.month + interval '1 month') AND (member.last_day IS NULL OR member.last_day >= one.month)
), shared AS (
    SELECT one.home, one.month, given.id AS entitlement FROM (SELECT DISTINCT home, month FROM living) AS one
    JOIN kernel_entitlement AS given ON given.household_id = one.home AND given.person_id IS NULL
    UNION
    SELECT living.home, living.month, given.id FROM living JOIN kernel_entitlement AS given ON given.person_id = living.person
), paid AS (
    SELECT shared.home, shared.month, sum(part.fen) AS fen FROM shared
    JOIN kernel_paypart AS part ON part.entitlement = shared.entitlement AND part.month = shared.month
    WHERE part.basis = 'price' AND part.is_live GROUP BY 1, 2
), numbered AS (
    SELECT home, month, count(DISTINCT person) AS persons FROM living GROUP BY 1, 2
), allowed AS (
    SELECT entitlement, month, next, CASE WHEN home IS NULL THEN more
        ELSE least(more, coalesce(numbered.persons, 0) * each - coalesce(paid.fen, 0) - taken) END AS fen
    FROM wanted LEFT JOIN numbered USING (home, month) LEFT JOIN paid USING (home, month)
)
SELECT entitlement, 'price', month, next, fen, 'price', NULL, NULL FROM allowed WHERE fen > 0;
"""

# Whole instalments in their order, as long as something is left to be paid; the rest waits for the next month. The last
# payment of a benefit has no next month: an instalment may take all of it. What a benefit owes that still pays is taken from
# it alone, whichever run pays it.
DEDUCT = """
INSERT INTO money_part
WITH payable AS (
    SELECT part.entitlement, listed.household, sum(part.fen) AS fen
    FROM money_part AS part JOIN money_roster AS listed USING (entitlement) GROUP BY 1, 2
), waiting AS (
    SELECT plan.id, plan.fen, plan.month, coalesce(
        (SELECT entitlement FROM payable WHERE payable.entitlement = owed.entitlement_id),
        (
            SELECT min(entitlement) FROM payable WHERE payable.household = owed.household_id AND NOT EXISTS (
                SELECT 1 FROM kernel_amount AS still WHERE still.entitlement_id = owed.entitlement_id AND still.fen > 0
                  AND still.first_month <= %(month)s AND (still.last_month IS NULL OR still.last_month >= %(month)s)
            )
        )
    ) AS entitlement
    FROM kernel_recoveryinstalment AS plan JOIN kernel_recovery AS owed ON owed.id = plan.recovery_id
    WHERE owed.state = 'agreed' AND plan.way = 'deduct' AND plan.month <= %(month)s AND plan.paid_on IS NULL
      AND plan.cancelled_on IS NULL
      AND NOT EXISTS (SELECT 1 FROM kernel_paypart AS part WHERE part.instalment_id = plan.id AND part.is_live)
), summed AS (
    SELECT waiting.*, sum(waiting.fen) OVER (PARTITION BY waiting.entitlement ORDER BY waiting.month, waiting.id) AS taken
    FROM waiting
)
SELECT summed.entitlement, 'deduct', %(month)s, row_number() OVER (PARTITION BY summed.entitlement ORDER BY summed.id) - 1,
    -summed.fen, 'deduct', NULL, summed.id
FROM summed JOIN payable USING (entitlement)
WHERE summed.taken < payable.fen OR summed.taken = payable.fen AND NOT EXISTS (
    SELECT 1 FROM kernel_amount AS later WHERE later.entitlement_id = summed.entitlement AND later.fen > 0
      AND (later.last_month IS NULL OR later.last_month > %(month)s)
);
"""

# What came back for a claim that was taken back goes out with the benefit, whole and besides: nothing is deducted from it.
REFUND = """
INSERT INTO money_part
SELECT listed.entitlement, 'refund', %(month)s, row_number() OVER (PARTITION BY listed.entitlement ORDER BY plan.id) - 1,
    plan.fen, 'refund', NULL, plan.id
FROM kernel_recoveryinstalment AS plan JOIN kernel_recovery AS wrong ON wrong.id = plan.recovery_id
JOIN money_roster AS listed ON listed.entitlement = wrong.entitlement_id
WHERE plan.way = 'refund' AND plan.month <= %(month)s AND plan.cancelled_on IS NULL
  AND NOT EXISTS (SELECT 1 FROM kernel_paypart AS part WHERE part.instalment_id = plan.id AND part.is_live);
"""

LINES = """
INSERT INTO kernel_payline (run_id, entitlement_id, benefit, division, level, household_id, person_id, account_id, members, fen, before, state)
SELECT %(run)s, listed.entitlement, listed.benefit, listed.division, listed.level, listed.household, payee.person,
    coalesce(own.id, his.id), payee.members, summed.fen, coalesce(former.fen, 0), 'due'
FROM (SELECT entitlement, sum(fen) AS fen FROM money_part GROUP BY 1) AS summed
JOIN money_roster AS listed USING (entitlement)
LEFT JOIN (
    SELECT household_id, max(person_id) FILTER (WHERE is_head) AS head, count(*) AS members FROM kernel_membership
    WHERE NOT is_double AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s)
      AND household_id IN (SELECT household FROM money_roster)
    GROUP BY 1
) AS home ON home.household_id = listed.household
CROSS JOIN LATERAL (
    SELECT coalesce(listed.person, home.head) AS person,
        CASE WHEN listed.person IS NULL THEN coalesce(home.members, 0) ELSE 1 END AS members
) AS payee
LEFT JOIN kernel_payeeaccount AS own ON own.household_id = listed.household AND listed.person IS NULL
    AND own.confirmed_at IS NOT NULL AND own.first_day <= %(paid_on)s AND (own.last_day IS NULL OR own.last_day >= %(paid_on)s)
LEFT JOIN kernel_payeeaccount AS his ON his.person_id = payee.person AND his.household_id IS NULL
    AND his.confirmed_at IS NOT NULL AND his.first_day <= %(paid_on)s AND (his.last_day IS NULL OR his.last_day >= %(paid_on)s)
LEFT JOIN (
    SELECT line.entitlement_id, sum(line.fen) AS fen FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id
    WHERE run.division = %(division)s AND run.month = %(previous)s AND run.state <> 'void' AND line.state <> 'excluded'
    GROUP BY 1
) AS former ON former.entitlement_id = listed.entitlement
ORDER BY listed.benefit, listed.division, listed.household, listed.entitlement;
"""

PARTS = """
INSERT INTO kernel_paypart (line_id, entitlement, basis, month, sequence, fen, cause, decision, instalment_id, is_live)
SELECT line.id, part.entitlement, part.basis, part.month, part.sequence, part.fen, part.cause, part.decision, part.instalment, true
FROM money_part AS part JOIN kernel_payline AS line ON line.run_id = %(run)s AND line.entitlement_id = part.entitlement;
"""

FOUND = """
WITH over AS (
    SELECT entitlement, sum(less) AS fen FROM money_difference WHERE less > 0 GROUP BY 1
), made AS (
    INSERT INTO kernel_recovery (number, entitlement_id, household_id, division, level, state, cause, fen, found_on, run_id,
        book, before, case_number, statement, agreement, reason)
    SELECT 'ZH' || to_char(%(month)s::date, 'YYYYMM') || '-' || over.entitlement || '-' || (
            SELECT count(*) + 1 FROM kernel_recovery AS former WHERE former.entitlement_id = over.entitlement
        ), over.entitlement, listed.household, listed.division, listed.level, 'found', 'unknown', over.fen, %(day)s, %(run)s,
        '', '', '', ''::bytea, ''::bytea, ''::bytea
    FROM over JOIN money_roster AS listed USING (entitlement)
    RETURNING id, entitlement_id
)
INSERT INTO kernel_recoverymonth (recovery_id, entitlement, month, sequence, fen)
SELECT made.id, found.entitlement, found.month, found.found_next, found.less
FROM money_difference AS found JOIN made ON made.entitlement_id = found.entitlement WHERE found.less > 0;
"""

# What somebody decided goes over to the new line of the same benefit while it brings the same; the check then looks
# whether it is still about the same thing.
CLEARED = (
    "CREATE TEMP TABLE money_kept ON COMMIT DROP AS SELECT known.id, line.entitlement_id AS entitlement, line.fen"
    " FROM kernel_payexception AS known JOIN kernel_payline AS line ON line.id = known.line_id"
    " WHERE known.run_id = %(run)s AND known.state IN ('released', 'excluded')",
    "DELETE FROM kernel_payexception WHERE run_id = %(run)s AND state NOT IN ('released', 'excluded')",
    "DELETE FROM kernel_runfunding WHERE run_id = %(run)s",
    "DELETE FROM kernel_paypart AS part USING kernel_payline AS line WHERE line.id = part.line_id AND line.run_id = %(run)s",
    "DELETE FROM kernel_payline WHERE run_id = %(run)s",
)
KEPT = (
    "UPDATE kernel_payexception AS known SET line_id = line.id, division = line.division, level = line.level"
    " FROM money_kept AS kept JOIN kernel_payline AS line ON line.run_id = %(run)s"
    " AND line.entitlement_id = kept.entitlement AND line.fen = kept.fen WHERE known.id = kept.id",
    "DELETE FROM kernel_payexception AS known USING money_kept AS kept WHERE known.id = kept.id"
    " AND NOT EXISTS (SELECT 1 FROM kernel_payline AS line WHERE line.id = known.line_id)",
)
TEMPORARY = "DROP TABLE IF EXISTS money_roster, money_difference, money_part, money_price, money_kept"


@dataclass(frozen=True)
class Computed:
    """What came out: lines and their fen, and overpayments that were found."""

    lines: int
    fen: int
    found: int


def compute_lines(cursor: CursorWrapper, run: PayRun, on: date) -> Computed:
    """Make the lines and parts of a run anew from what the amounts say now.

    Who is paid is told by the roster day; into which account by the day of computing, so that one brought later counts.
    """
    low, high = range_of(run.division)
    values: dict[str, Any] = {
        "run": run.pk,
        "division": run.division,
        "low": low,
        "high": high,
        "places": list(ancestors(run.division)),
        "benefits": list(run.benefits),
        "yearly": yearly_benefits(),
        "month": run.month,
        "next": add_months(run.month, 1),
        "previous": add_months(run.month, -1),
        "oldest": max(add_months(run.month, -LOOK_BACK), date(1, 1, 1)),
        "day": run.roster_day,
        "paid_on": max(run.roster_day, on),
        **_begun(run),
    }
    again = run.state != PayRun.State.DRAFT
    cursor.execute(TEMPORARY)
    for statement in CLEARED if again else ():
        cursor.execute(statement, values)
    run_scripts(cursor, (ROSTER,), values)
    cursor.execute(MISTAKEN, values)
    if mistaken := cursor.fetchone()[0]:
        raise PaymentProblem(
            "year_as_months",
            _("%(n)d 条待遇金额的发放周期和规则不符：按年发的必须写明哪一年、在一个月里发。请先更正，再计算")
            % {"n": mistaken},
        )
    run_scripts(
        cursor,
        (DIFFERENCES, BASIC, PRICE, PRICED, DEDUCT, REFUND, "ANALYZE money_part", LINES, PARTS),
        values,
    )
    for statement in KEPT if again else ():
        cursor.execute(statement, values)
    cursor.execute(FOUND, values)
    found = cursor.rowcount
    cursor.execute(
        "SELECT count(*), coalesce(sum(fen), 0) FROM kernel_payline WHERE run_id = %(run)s", values
    )
    lines, fen = cursor.fetchone()
    if lines > MANY:
        cursor.execute("ANALYZE kernel_payline, kernel_paypart")
    return Computed(int(lines), int(fen), found)


def _begun(run: PayRun) -> dict[str, list[Any]]:
    """Since which month each benefit is paid by runs of this place, of places above it and of places within it."""
    low, high = range_of(run.division)
    rows = PayRun.objects.exclude(state=PayRun.State.VOID).filter(
        Q(division__in=ancestors(run.division)) | Q(division__gte=low, division__lte=high),
        benefits__overlap=list(run.benefits),
    )
    first: dict[tuple[str, str], date] = {}
    for division, benefits, month in rows.order_by("-month").values_list("division", "benefits", "month"):
        first |= {(division, benefit): month for benefit in benefits}
    ranges = [range_of(division) for division, _benefit in first]
    return {
        "lows": [one for one, _other in ranges],
        "highs": [other for _one, other in ranges],
        "begun": [benefit for _division, benefit in first],
        "months": list(first.values()),
    }
