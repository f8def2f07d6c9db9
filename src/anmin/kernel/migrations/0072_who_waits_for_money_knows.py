"""Those near the families know of their payments: a town reads the heads of what its county does, and a family why it waits.

A town sees its own families' payments, but not the run, file, answer and entry that they stand in, which are the
county's: every list that names those beside a payment came out empty. Their heads carry no person. What hangs on a run
as a whole, its signatures, its money and its reconciliations, stays with who sees the run's own place.
"""

from django.db import migrations

from anmin.kernel.access.rls import WEB_ROLE, in_scope, new_policy

HEADS = ("kernel_payrun", "kernel_payfile", "kernel_returnfile", "kernel_ledgerentry")
OF_RUN = ("kernel_runfunding", "kernel_runapproval", "kernel_reconciliation")
LOW, HIGH = "current_setting('anmin.lo', true)", "current_setting('anmin.hi', true)"
ABOVE = f"({LOW} <> '' AND left({LOW}, length(division)) = division AND left({HIGH}, length(division)) = division)"
"""The reader's places lie wholly in the row's."""
SIGHT = "".join(
    f"CREATE POLICY {table}_above ON {table} FOR SELECT TO {WEB_ROLE} USING {ABOVE};\n" for table in HEADS
)
SIGHT_BACK = "".join(f"DROP POLICY {table}_above ON {table};\n" for table in HEADS)


def through(condition: str) -> str:
    """What hangs on a run is seen and written by who sees the run so."""
    return "".join(
        new_policy(
            table,
            using=f"EXISTS (SELECT 1 FROM kernel_payrun AS parent WHERE parent.id = {table}.run_id{condition})",
        )
        for table in OF_RUN
    )


OWN_PAYMENTS = """
CREATE OR REPLACE FUNCTION anmin_own_payments()
RETURNS TABLE (entitlement bigint, month date, fen bigint, state text, run text, form text, code text, said date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT line.entitlement_id, paid.month, line.fen, line.state::text, paid.state::text, sent.form::text, {code},
           sent.answered_on
    FROM kernel_entitlement AS mine
    JOIN kernel_payline AS line ON line.entitlement_id = mine.id
    JOIN kernel_payrun AS paid ON paid.id = line.run_id AND paid.state <> 'void'
    LEFT JOIN LATERAL (
        SELECT file.form, ordered.code, ordered.answered_on FROM kernel_payfileline AS ordered
        JOIN kernel_payfile AS file ON file.id = ordered.file_id
        WHERE ordered.pay_line_id = line.id ORDER BY ordered.attempt DESC LIMIT 1
    ) AS sent ON true
    WHERE mine.person_id IN (SELECT anmin_own('money'))
       OR (mine.person_id IS NULL AND mine.household_id IN (SELECT anmin_own_homes('money')))
$$;
"""
WAITING = """coalesce(sent.code::text, (
        SELECT stood.code::text FROM kernel_payexception AS stood
        WHERE stood.line_id = line.id AND stood.code IN ('no_card', 'certificate')
          AND (line.state, stood.state) IN (('held', 'open'), ('excluded', 'excluded'))
        ORDER BY stood.code DESC LIMIT 1))"""
"""Nothing that is suspected of somebody: only what the family brings and is paid."""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0068_claims_taken_back_are_refunded")]
    operations = [
        migrations.RunSQL(
            SIGHT + through(f" AND {in_scope('parent.division')}"), through("") + SIGHT_BACK
        ),
        migrations.RunSQL(
            OWN_PAYMENTS.format(code=WAITING), OWN_PAYMENTS.format(code="sent.code::text")
        ),
    ]
