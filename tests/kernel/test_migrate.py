"""`migrate` builds fewer classes than Django's own, and does the same to tables and rows."""

from contextlib import nullcontext

import pytest
from django.core.management import get_commands
from django.db import connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext

from anmin.kernel.management.commands import migrate

DJANGOS = ProjectState.reload_model


def fill(apps, editor):
    """Rows over relations in both directions: a class of before would be refused as a stranger."""
    town = apps.get_model("past", "Town").objects.create(name="环翠")
    person = apps.get_model("past", "Person").objects.create(town=town, note="")
    apps.get_model("past", "Visit").objects.create(person=person).towns.add(town)
    assert town.person_set.get().visit_set.get().towns.get() == town


STEPS = [
    [
        migrations.CreateModel(
            "Town", [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]
        ),
        migrations.CreateModel(
            "Person",
            [
                ("id", models.AutoField(primary_key=True)),
                ("town", models.ForeignKey("past.town", models.CASCADE)),
            ],
        ),
        migrations.CreateModel(
            "Visit",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("person", models.ForeignKey("past.person", models.CASCADE)),
                ("towns", models.ManyToManyField("past.town")),
            ],
        ),
        migrations.AddField("Person", "note", models.TextField(default="")),
        migrations.AddIndex("Person", models.Index(fields=["note"], name="past_note")),
    ],
    [migrations.RunPython(fill)],
    [
        migrations.AlterField("Person", "id", models.BigAutoField(primary_key=True)),
        migrations.AlterField("Visit", "person", models.ForeignKey("past.person", models.PROTECT, null=True)),
        migrations.AlterModelTable("Person", "past_folk"),
        migrations.AlterField("Visit", "person", models.ForeignKey("past.person", models.PROTECT)),
        migrations.RenameModel("Town", "Place"),
        migrations.AddField("Visit", "at", models.ForeignKey("past.place", models.CASCADE, null=True)),
        migrations.RenameField("Person", "note", "words"),
        migrations.AddConstraint(
            "Person", models.UniqueConstraint(fields=["town", "words"], name="past_once")
        ),
        migrations.AlterField("Place", "id", models.BigAutoField(primary_key=True)),
        migrations.RemoveField("Visit", "towns"),
        migrations.DeleteModel("Visit"),
    ],
]


def _statements(way):
    """What is told to the database on the way through all steps."""
    with CaptureQueriesContext(connection) as told, transaction.atomic(), way:
        state = ProjectState()
        for number, operations in enumerate(STEPS):
            step = migrations.Migration(f"{number:04d}", "past")
            step.operations = operations
            _ = state.apps
            with connection.schema_editor() as editor:
                state = step.apply(state, editor)
            connection.check_constraints()
        transaction.set_rollback(True)
    return [
        query["sql"] for query in told if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
    ]


class _Alone(nullcontext):
    """A wrong way: every operation builds its own model and says that all is well."""

    def __enter__(self):
        ProjectState.reload_model = lambda state, app, model, delay=False: state._reload({(app, model)})

    def __exit__(self, *trouble):
        ProjectState.reload_model = DJANGOS


def test_the_command_is_ours():
    assert get_commands()["migrate"] == "anmin.kernel"


@pytest.mark.django_db
def test_the_same_statements_reach_the_database_as_by_djangos_own_way():
    djangos = _statements(nullcontext())
    ours = _statements(migrate.built_by_need())

    assert ours == djangos
    assert any('ALTER TABLE "past_visit" ALTER COLUMN "person_id" TYPE bigint' in said for said in ours)
    assert ProjectState.reload_model is DJANGOS


@pytest.mark.django_db
def test_building_each_model_alone_is_caught():
    with pytest.raises(ValueError, match="must be a"):
        _statements(_Alone())
