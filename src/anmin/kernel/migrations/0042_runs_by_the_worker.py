"""Runs are computed and submitted by the worker, who tells what hindered; the seal is over all lines, whoever asks."""

from django.db import migrations, models

SEAL = """
CREATE FUNCTION anmin_run_seal(asked bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT encode(sha256(convert_to(
        concat_ws('|', run.number, run.division, run.month, run.version) || E'\\n' || coalesce((
            SELECT string_agg(concat_ws('|', line.id, line.entitlement_id, line.person_id, coalesce(line.account_id, 0),
                                        line.budget_line_id, line.fen), E'\\n' ORDER BY line.id)
            FROM kernel_payline AS line WHERE line.run_id = run.id AND line.budget_line_id IS NOT NULL
        ), ''), 'UTF8')), 'hex')
    FROM kernel_payrun AS run WHERE run.id = asked
$$;
REVOKE ALL ON FUNCTION anmin_run_seal(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_run_seal(bigint) TO anmin_web;
"""
# Guards look at every row, also at those that whoever acts may not see.
GUARDS = "".join(
    f"ALTER FUNCTION {name}() SECURITY DEFINER SET search_path = public, pg_temp;\n"
    for name in (
        "kernel_ledger_entry_comes",
        "kernel_ledger_entry_balances",
        "kernel_period_closes",
        "kernel_pay_run_moves",
    )
)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0041_bank_files_are_sealed")]
    operations = [
        migrations.AddField("payrun", "told", models.CharField(max_length=400, blank=True, default=""), preserve_default=False),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(SEAL, "DROP FUNCTION anmin_run_seal(bigint);"),
    ]
