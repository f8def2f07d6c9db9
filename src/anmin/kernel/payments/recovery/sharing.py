"""What of a payment belongs to claims (一笔中的抵扣和退还), as SQL: on the book and the budget line of each claim.

A budget line has spent what left it. What is deducted stays in the line that pays; the claim's line had paid it out too
much, and has now spent it on this month: spent against receivable, both there. A refund leaves the line that pays and is its
spending; the claim's line has spent that much less, and owes it no more. So every line balances by itself.
"""

# Of rows `moved` (pay_line, sign: 1 for paid, -1 for come back): a deduction or a refund, with what it does to the claim's line.
# Of a claim that was taken back nothing is receivable: what was deducted for it is owed to the family.
SHARED = """
SELECT side.account, side.division, side.level, claim.budget_line_id AS budget_line, side.benefit, side.fen,
    side.household, line.id AS pay_line, coalesce(nullif(claim.book, ''), run.division) AS book
FROM moved JOIN kernel_payline AS line ON line.id = moved.pay_line JOIN kernel_payrun AS run ON run.id = line.run_id
JOIN kernel_paypart AS part ON part.line_id = line.id AND part.instalment_id IS NOT NULL
JOIN kernel_recoveryinstalment AS plan ON plan.id = part.instalment_id
JOIN kernel_recovery AS claim ON claim.id = plan.recovery_id JOIN kernel_entitlement AS given ON given.id = claim.entitlement_id
CROSS JOIN LATERAL (
    VALUES ('spent', line.division, line.level, line.benefit, -part.fen * moved.sign, line.household_id),
        (CASE WHEN part.basis = 'refund' OR claim.state = 'dropped' THEN 'refundable' ELSE 'receivable' END,
            claim.division, claim.level, given.benefit, part.fen * moved.sign, claim.household_id)
) AS side(account, division, level, benefit, fen, household)
"""

# The lines of one book, those of the same kind together.
OF_BOOK = """
SELECT account, division, level, budget_line, benefit, sum(fen)::bigint AS fen, household, pay_line
FROM posted WHERE book = %(book)s GROUP BY account, division, level, budget_line, benefit, household, pay_line
"""
