"""Words about people in steps and applications are sealed, those that stood there before the change too."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.cases.models import Step
from tests.kernel.cases.road import Road, a_family, earns, town_staff

pytestmark = pytest.mark.django_db
CHANGE = import_module("anmin.kernel.migrations.0043_more_words_are_sealed")
POINTS = [{"what": "medical_paid_year", "words": "请王小宝的母亲补票据", "person": 7}]


def in_clear(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_step DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE kernel_step ENABLE TRIGGER USER")


def test_what_stood_in_clear_is_sealed_by_the_change_and_reads_as_before():
    home, people = a_family(("王秀英", 1970))
    road = Road.begin(home, town_staff(), said=[earns(people[0], 12_000)])
    step = road.case.steps.get()
    in_clear(
        "UPDATE kernel_step SET details = %s WHERE id = %s",
        f'{{"points": {POINTS!r}}}'.replace("'", '"'),
        step.pk,
    )
    in_clear("UPDATE kernel_case SET form = %s WHERE id = %s", '{"left_out": {"7": "在外地"}}', road.case.pk)

    editor = SimpleNamespace(connection=connection)
    CHANGE.seal_what_was_told(None, editor)
    CHANGE.seal_who_was_left_out(None, editor)

    step.refresh_from_db()
    road.case.refresh_from_db()
    assert step.told == {"points": POINTS} and step.details == {"points": 1}
    assert road.case.application.left_out == {"7": "在外地"} and road.case.form == {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT details::text || encode(told, 'escape') FROM kernel_step WHERE id = %s", [step.pk]
        )
        assert "王小宝" not in cursor.fetchone()[0]
    with pytest.raises(DatabaseError, match="kernel_row_stays"), transaction.atomic():
        Step.objects.filter(pk=step.pk).update(told=b"")
