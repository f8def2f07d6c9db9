"""Codes sent to confirm a delegation keep their history, without the code itself."""

from django.db import migrations

from anmin.kernel.audit.history import keep, keep_no_more


class Migration(migrations.Migration):
    dependencies = [("kernel", "0025_changes_of_persons")]
    operations = [migrations.RunSQL(keep("kernel_phonecode", "code"), keep_no_more("kernel_phonecode"))]
