"""A month of a benefit as the books have it (某月账上的情况), as SQL: what was paid for it and what is due by the amounts of today."""

# Of rows `{row}` with a month and the benefit `given`: since when runs pay it here, what was paid (its live parts, and what
# a reserve paid first), and what is due.
OF_MONTH = """LEFT JOIN LATERAL (
    SELECT min(run.month) AS month FROM kernel_payrun AS run
    WHERE given.division LIKE run.division || '%%' AND run.state <> 'void' AND given.benefit = ANY (run.benefits)
) AS began ON true
LEFT JOIN LATERAL (
    SELECT sum(one.fen) AS fen FROM (
        SELECT part.fen FROM kernel_paypart AS part
        WHERE part.entitlement = given.id AND part.month = {row}.month AND part.basis = 'basic' AND part.is_live
        UNION ALL
        SELECT first.fen FROM anmin_paid_first AS first WHERE first.entitlement = given.id AND first.month = {row}.month
    ) AS one
) AS accrued ON true
LEFT JOIN LATERAL (
    SELECT amount.fen FROM kernel_amount AS amount WHERE amount.entitlement_id = given.id
      AND amount.first_month <= {row}.month AND (amount.last_month IS NULL OR amount.last_month >= {row}.month)
) AS due ON true
"""
