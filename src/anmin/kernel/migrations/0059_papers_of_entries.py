"""Papers of registers' entries about things are seen and made by whoever works in the place, as the entries are."""

from django.db import migrations

from anmin.kernel.access.rls import WEB_ROLE

THINGS = "subject LIKE 'entry %' AND person_id IS NULL AND household_id IS NULL"
PLACE = (
    "division >= current_setting('anmin.work_lo', true) AND division <= current_setting('anmin.work_hi', true)"
    " AND (current_setting('anmin.works', true) = '1' OR anmin_works(division))"
)
SEEN = (
    f"CREATE POLICY kernel_paper_things ON kernel_paper TO {WEB_ROLE}"
    f" USING ({THINGS} AND {PLACE}) WITH CHECK ({THINGS} AND {PLACE} AND anmin_writes());\n"
)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0058_decisions_of_own_benefits")]
    operations = [
        migrations.RunSQL(SEEN, "DROP POLICY kernel_paper_things ON kernel_paper;\n"),
    ]
