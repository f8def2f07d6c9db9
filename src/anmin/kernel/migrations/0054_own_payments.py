"""What residents see of their money: each payment of their own benefits with what the bank said of it, and nothing else."""

from django.db import migrations

OWN_PAYMENTS = """
-- Lines of runs of the benefits that a resident may see, each with its last order. Without a resident there are none.
CREATE FUNCTION anmin_own_payments()
RETURNS TABLE (entitlement bigint, month date, fen bigint, state text, run text, form text, code text, said date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT line.entitlement_id, paid.month, line.fen, line.state::text, paid.state::text, sent.form::text, sent.code::text,
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
REVOKE ALL ON FUNCTION anmin_own_payments() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_own_payments() TO anmin_web;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0053_roles_that_exclude")]
    operations = [migrations.RunSQL(OWN_PAYMENTS, "DROP FUNCTION anmin_own_payments();")]
