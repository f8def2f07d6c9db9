"""An answer counts once in its place and format; a town sees of the county's run, file and answer what its own payments hang on."""

from django.db import migrations, models

from anmin.kernel.access.rls import WEB_ROLE

# Whether a reader's place lies in a place: its code without the noughts that stand for everything below.
BELOW = """
CREATE FUNCTION anmin_lies_in(code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT bool_or(starts_with(split_part(part, '-', 1), CASE
            WHEN code = '000000' THEN '' WHEN code LIKE '__0000' THEN left(code, 2) WHEN code LIKE '____00' THEN left(code, 4)
            ELSE code END))
        FROM unnest(string_to_array(nullif(current_setting('anmin.scope', true), ''), ',')) AS part
    ), false)
$$;
"""
TABLES = ("kernel_payrun", "kernel_payfile", "kernel_returnfile")
SEEN = "".join(
    f"CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {WEB_ROLE} USING (anmin_lies_in(division));\n" for table in TABLES
)
UNSEEN = "".join(f"DROP POLICY {table}_from_below ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0070_whose_money_it_is")]
    operations = [
        migrations.AlterField("returnfile", "sha256", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "returnfile",
            models.UniqueConstraint(fields=["division", "form", "sha256"], name="return_file_once"),
        ),
        migrations.RunSQL(BELOW, "DROP FUNCTION anmin_lies_in(text);"),
        migrations.RunSQL(SEEN, UNSEEN),
    ]
