"""Rotation: every value moves to the new key while it is read; the old key can then be destroyed, not before."""

from datetime import date, timedelta

import pytest
from django.db import connection

from anmin.kernel.keys import actions, queries
from anmin.kernel.people.models import Person
from anmin.lib.crypto import SealBroken, key_number_of
from tests.make import a_household, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_ring_of_its_own(settings, tmp_path, monkeypatch):
    settings.ANMIN_HOME = tmp_path
    monkeypatch.setattr(actions, "GRACE", timedelta(0))
    yield
    queries._ring.cache_clear()
    queries._index_key.cache_clear()


def raw(pk):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM kernel_person WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


def test_values_are_resealed_in_batches_and_read_the_same_throughout(monkeypatch):
    monkeypatch.setattr(actions, "ROWS", 7)
    people = [
        a_person(f"王小{letter}", serial=at, phone="19000000000")
        for at, letter in enumerate("一二三四五六七八九十", 1)
    ]
    a_household("H1", "371002001001", people[0])
    before = {row.pk: row.name for row in Person.objects.all()}

    key = actions.new_key()
    seen = []
    for column, _done in actions.reseal():
        seen.append(column)
        assert {row.pk: row.name for row in Person.objects.all()} == before

    assert key.number == 2
    assert {key_number_of(raw(row.pk)) for row in people} == {2}
    assert {
        "kernel_person.name",
        "kernel_person.phone",
        "kernel_identifier.value",
        "kernel_household.address",
    } <= set(seen)
    assert actions.in_use(1) == 0


def test_a_key_in_use_is_not_destroyed_and_an_unused_one_opens_nothing_more():
    person = a_person("王小一", serial=1)
    old = raw(person.pk)
    actions.new_key()
    with pytest.raises(actions.KeyInUse, match="重新加密"):
        actions.destroy(1)

    list(actions.reseal())
    actions.destroy(1)

    assert Person.objects.get().name == "王小一"
    with pytest.raises(SealBroken, match="已销毁"):
        from anmin.kernel.keys.fields import opened_text

        opened_text(old, "kernel_person", "name", person.pk)


def test_a_rotation_that_was_stopped_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(actions, "ROWS", 3)
    for at, letter in enumerate("一二三四五六七", 1):
        a_person(f"王小{letter}", serial=at)
    actions.new_key()

    next(actions.reseal())
    halfway = actions.in_use(1)
    list(actions.reseal())

    assert halfway > 0
    assert actions.in_use(1) == 0


@pytest.mark.parametrize("change", ["row", "column", "bit", "cut"])
def test_ciphertext_moved_or_changed_by_sql_is_refused(change):
    one, other = (
        a_person("王小一", serial=1, phone="19000000001"),
        a_person("王小二", serial=2, phone="19000000002"),
    )
    statement = {
        "row": "UPDATE kernel_person SET name = (SELECT name FROM kernel_person WHERE id = %(other)s) WHERE id = %(one)s",
        "column": "UPDATE kernel_person SET name = phone WHERE id = %(one)s",
        "bit": "UPDATE kernel_person SET name = set_bit(name, 200, 1 - get_bit(name, 200)) WHERE id = %(one)s",
        "cut": "UPDATE kernel_person SET name = substring(name from 1 for length(name) - 1) WHERE id = %(one)s",
    }[change]
    with connection.cursor() as cursor:
        cursor.execute(statement, {"one": one.pk, "other": other.pk})

    with pytest.raises(SealBroken):
        _ = Person.objects.get(pk=one.pk).name


def test_a_text_never_reaches_the_database_in_clear_by_a_look_up():
    with pytest.raises(TypeError, match="盲索引"):
        list(Person.objects.filter(name="王小一"))
    with pytest.raises(TypeError, match="盲索引"):
        Person.objects.update(name="王小一")


def test_a_value_is_written_as_often_as_it_changes():
    person = a_person("王小一", serial=1, birth_day=date(1950, 3, 2))
    before = raw(person.pk)
    fresh = Person.objects.get(pk=person.pk)

    fresh.nation = "01"
    fresh.save()

    assert raw(person.pk) == before
    assert Person.objects.get(pk=person.pk).name == "王小一"
