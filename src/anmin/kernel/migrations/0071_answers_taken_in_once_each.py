"""An answer counts once in its place and format; handed in wrongly elsewhere, it is not lost to where it belongs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0068_claims_taken_back_are_refunded")]
    operations = [
        migrations.AlterField("returnfile", "sha256", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "returnfile",
            models.UniqueConstraint(fields=["division", "form", "sha256"], name="return_file_once"),
        ),
    ]
