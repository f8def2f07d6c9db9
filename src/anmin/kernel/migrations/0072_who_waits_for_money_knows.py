"""Those near the families know of their payments: a town reads the heads of what its county does, and a family why it waits.

A town sees its own families' payments and, since the step before, the run, file and answer that they stand in, which are
the county's; so it sees the heads of entries, which carry no person either. What hangs on a run as a whole, its
signatures, its money and its reconciliations, stays with who sees the run's own place.
"""

from django.db import migrations

from anmin.kernel.access.rls import WEB_ROLE, in_scope, new_policy

OF_RUN = ("kernel_runfunding", "kernel_runapproval", "kernel_reconciliation")
SIGHT = (
    f"CREATE POLICY kernel_ledgerentry_from_below ON kernel_ledgerentry FOR SELECT TO {WEB_ROLE} USING (anmin_lies_in(division));\n"
)
SIGHT_BACK = "DROP POLICY kernel_ledgerentry_from_below ON kernel_ledgerentry;\n"


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
    dependencies = [("kernel", "0071_answers_once_each_and_runs_seen_from_below")]
    operations = [
        migrations.RunSQL(
            SIGHT + through(f" AND {in_scope('parent.division')}"), through("") + SIGHT_BACK
        ),
        migrations.RunSQL(
            OWN_PAYMENTS.format(code=WAITING), OWN_PAYMENTS.format(code="sent.code::text")
        ),
    ]
