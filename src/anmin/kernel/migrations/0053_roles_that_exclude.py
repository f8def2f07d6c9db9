"""Roles that lines of business have added exclude the administrators and one another as they declare it."""

from django.db import migrations

from anmin.kernel.access.roles import conflicts


def fill(apps, schema_editor):
    """Every pair that the roles declare today. A role added later comes with a migration that does this again:
    without it the database would let one person hold both, and `test_first_setup` says so."""
    model = apps.get_model("kernel", "RoleConflict")
    model.objects.bulk_create([model(one=one, other=other) for one, other in conflicts()], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0052_pushes")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
