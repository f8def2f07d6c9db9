"""Forms that anybody may send without a log-in are counted by the address they come from, and by nothing else."""

from django.db import migrations, models

from anmin.kernel.access.rls import WEB_ROLE, no_policy, policy

TABLE = "kernel_publicform"
# A page sees what was counted for its own address; the worker in the background, which owns the tables, forgets all of it.
HERE = "place = nullif(current_setting('anmin.place', true), '')"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0063_trials_of_thresholds")]
    operations = [
        migrations.CreateModel(
            name="PublicForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [models.Index(fields=["place", "-made_at"], name="public_form_of_place")],
            },
        ),
        migrations.RunSQL(
            policy(TABLE, using=HERE) + f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM {WEB_ROLE};\n",
            no_policy(TABLE),
        ),
    ]
