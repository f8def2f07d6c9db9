"""Roles of elder care and of place names that one person may not hold together, as the database itself knows them."""

from django.db import migrations

LINES = ("elder_officer", "elder_approver", "elder_assessor", "placename_officer", "placename_approver")
APART = ("system_admin", "security_admin", "audit_admin", "inspector", "partner_staff")
PAIRS = [
    *((line, other) for line in LINES for other in APART),
    ("elder_officer", "elder_approver"),
    ("placename_officer", "placename_approver"),
]


def keep_apart(apps, schema_editor):
    """Add the pairs, each in the order of its keys."""
    model = apps.get_model("kernel", "RoleConflict")
    pairs = [tuple(sorted(pair)) for pair in PAIRS]
    model.objects.bulk_create([model(one=one, other=other) for one, other in pairs], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("domains", "0003_elder_care"), ("kernel", "0044_registers")]
    operations = [migrations.RunPython(keep_apart, migrations.RunPython.noop)]
