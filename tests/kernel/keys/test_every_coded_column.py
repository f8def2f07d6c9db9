"""Every column under a row code, of every table that has one, edited by SQL: named by row, put back from what the code proves."""

from datetime import date

import pytest
from django.db import connection, models, transaction
from django.utils import timezone

from anmin.kernel.access.models import Grant, User
from anmin.kernel.keys.rows import broken_rows, coded_models
from anmin.kernel.operations import repairing
from anmin.kernel.operations.backups import Refused
from anmin.kernel.partners.models import Partner
from tests.make import a_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def rows():
    """A row of every table with codes; those that no action of this file makes are filled by the kinds of their columns."""
    one, other = a_user("li", "371002001001"), a_user("zhao", "371002")
    made = {User: one, Grant: Grant.objects.get(user=one)}
    named = {User: other.pk, Partner: Partner.objects.create(name="区残联").pk}
    for model in coded_models():
        if model not in made:
            made[model] = model.objects.create(
                **{
                    field.attname: named.get(field.remote_field.model) if field.is_relation else filled(field)
                    for field in model._meta.concrete_fields
                    if not field.primary_key and not field.name.startswith("row_")
                }
            )
    return made


def filled(field):
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    kinds = {
        models.DateField: TODAY,
        models.JSONField: ["one"],
        models.IntegerField: 3,
        models.BooleanField: False,
    }
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), "x")


def edited(field):
    """SQL for another value of a column."""
    name = connection.ops.quote_name(field.column)
    kind = field.target_field if field.is_relation else field
    if field.is_relation:
        table = field.remote_field.model._meta.db_table
        return f"coalesce((SELECT min(id) FROM {table} WHERE id <> {name}), -1)"
    if isinstance(kind, models.BooleanField):
        return f"NOT {name}"
    if isinstance(kind, models.DateTimeField):
        return f"coalesce({name}, now()) + interval '1 hour'"
    if isinstance(kind, models.DateField):
        return f"coalesce({name}, DATE '2026-01-01') - 1"
    if isinstance(kind, models.JSONField):
        return f"{name} || '[\"x\"]'"
    if isinstance(kind, models.IntegerField):
        return f"coalesce({name}, 0) + 1"
    return f"left({name} || 'x', 8) || 'y'" if not field.choices else "'x'"


def by_sql(statement, *values):
    """As a superuser edits: the checks of the tables are in nobody's way, the history is."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(statement, values)


def checks_off():
    """A table's own checks would catch some edits before the code does; this is about the code."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in coded_models():
            for constraint in [*model._meta.constraints]:
                cursor.execute(
                    f'ALTER TABLE {model._meta.db_table} DROP CONSTRAINT IF EXISTS "{constraint.name}" CASCADE'
                )


class Undo(Exception):
    pass


def test_every_edit_is_named_by_row_and_put_back():
    checks_off()
    made = rows()
    tried, unseen, unmended = 0, [], []
    for model, row in made.items():
        for name in model.CODED:
            field = next(one for one in model._meta.concrete_fields if one.attname == name)
            table, tried = model._meta.db_table, tried + 1
            try:
                with transaction.atomic():
                    before = list(model._base_manager.filter(pk=row.pk).values_list(*model.CODED))
                    column = connection.ops.quote_name(field.column)
                    by_sql(f"UPDATE {table} SET {column} = {edited(field)} WHERE id = %s", row.pk)
                    if [(one.table, one.key) for one in broken_rows()] != [(table, row.pk)]:
                        unseen.append((table, name))
                    if (table, name) not in NOT_IN_HISTORY:
                        repairing.mend_row(by="test", repair=repairing.plan(table, row.pk), reason="被改动")
                        after = list(model._base_manager.filter(pk=row.pk).values_list(*model.CODED))
                        if list(broken_rows()) or after != before:
                            unmended.append((table, name))
                    raise Undo
            except Undo:
                pass

    assert (unseen, unmended) == ([], [])
    assert tried > 40


NOT_IN_HISTORY = {("kernel_user", "password")}
"""Secrets are kept out of the history; they come from a backup."""


def test_a_code_over_fewer_columns_misses_an_edit(monkeypatch):
    """The wrong variant: what is not under the code is not seen."""
    grant = Grant.objects.get(user=a_user("li", "371002001001"))
    monkeypatch.setattr(Grant, "CODED", tuple(name for name in Grant.CODED if name != "division"))
    grant.save()

    by_sql("UPDATE kernel_grant SET division = '370000' WHERE id = %s", grant.pk)

    assert list(broken_rows()) == []


def test_a_row_that_is_whole_is_left_alone():
    grant = Grant.objects.get(user=a_user("li", "371002001001"))

    with pytest.raises(Refused, match="不需要修复"):
        repairing.plan("kernel_grant", grant.pk)


def test_without_proof_nothing_is_put_back():
    grant = Grant.objects.get(user=a_user("li", "371002001001"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_grant DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_grant SET division = '370000' WHERE id = %s", [grant.pk])

    with pytest.raises(Refused, match="--backup"):
        repairing.plan("kernel_grant", grant.pk)


def test_a_repair_without_a_reason_or_of_a_strange_table_is_refused():
    grant = Grant.objects.get(user=a_user("li", "371002001001"))
    by_sql("UPDATE kernel_grant SET division = '370000' WHERE id = %s", grant.pk)

    with pytest.raises(Refused, match="写明原因"):
        repairing.mend_row(by="test", repair=repairing.plan("kernel_grant", grant.pk), reason=" ")
    with pytest.raises(Refused, match="没有表"):
        repairing.plan("kernel_grant; DROP TABLE kernel_act", 1)
