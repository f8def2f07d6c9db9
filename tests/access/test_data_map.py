"""E31: every column and every field of the interface has class, purpose, basis, retention and mask."""

from datetime import date

import pytest
from typer.testing import CliRunner

from anmin.api.partners import described
from anmin.api.registry import api as registry
from anmin.cli.commands_datamap import register
from anmin.kernel.access.datamap import queries
from anmin.kernel.people.models import Person
from tests.make import a_person


def test_every_column_of_every_table_has_its_entry_and_no_entry_lacks_its_column():
    assert queries.unmapped() == []
    assert queries.unknown() == []


def test_every_entry_says_everything():
    assert [one for one in (*queries.entries(), *queries.api_entries()) if not one.is_complete] == []


def test_a_new_column_without_an_entry_is_noticed(monkeypatch):
    """The wrong variant."""
    known = queries.columns()
    monkeypatch.setattr(queries, "columns", lambda: known | {("kernel_person", "religion")})

    assert queries.unmapped() == [("kernel_person", "religion")]


def test_a_sensitive_column_without_a_mask_is_noticed():
    """The wrong variant."""
    (phone,) = [one for one in queries.entries() if (one.table, one.column) == ("kernel_person", "phone")]

    assert phone.is_complete
    assert not queries.Entry(**{**phone.__dict__, "mask": ""}).is_complete
    assert not queries.Entry(**{**phone.__dict__, "purpose": ""}).is_complete


def test_sealed_columns_are_mapped_as_what_they_are():
    """What is ciphertext at rest is no technical matter in the map; names alone are internal (shown to all in scope)."""
    from django.apps import apps

    from anmin.kernel.keys.fields import SealedText

    sealed = {
        (model._meta.db_table, field.column)
        for model in apps.get_app_config("kernel").get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedText)
    }
    loose = {(one.table, one.column) for one in queries.entries() if one.klass in ("technical", "public")}

    assert sealed & loose == set()


def test_every_field_of_the_interface_is_in_the_map():
    shapes = dict(described()["components"]["schemas"])
    standard = registry.get_openapi_schema(path_prefix="/spdci/social/")["components"]["schemas"]
    shapes |= {f"spdci.{name}": shape for name, shape in standard.items()}
    fields = {(name, field) for name, shape in shapes.items() for field in shape.get("properties", {})}
    framework = {(name, field) for name, field in fields if name in ("FormParams", "FileParams", "Input")}

    assert sorted(fields - framework - {(one.table, one.column) for one in queries.api_entries()}) == []


@pytest.mark.django_db
def test_rows_kept_for_too_long_are_counted():
    today = date(2026, 11, 25)
    person = a_person("张老", serial=1)
    assert queries.overdue(today) == []

    Person.objects.filter(pk=person.pk).update(died_on=date(1990, 1, 1))

    (found,) = queries.overdue(today)
    assert (found.table, found.rows) == ("kernel_person", 1)


@pytest.mark.django_db
def test_the_command_exports_every_entry(tmp_path):
    import typer

    app = typer.Typer()
    register(app)
    path = tmp_path / "map.csv"

    done = CliRunner().invoke(app, ["--csv", str(path)])

    assert done.exit_code == 0, done.output
    lines = path.read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(queries.entries()) + len(queries.api_entries())
