"""The book of acts: written with the act, never changed, and broken links are found."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.audit import actions
from anmin.kernel.audit.chain import Broken
from anmin.kernel.audit.models import Act
from anmin.kernel.audit.queries import acts_of, broken_link
from tests.make import a_user

pytestmark = pytest.mark.django_db


def record(number):
    return actions.record(
        by="test", act="test.act", subject=f"row {number}", after={"number": number, "名": "王𬱖"}
    )


def tampered(statement, *values):
    """What only somebody with the database's own superuser could do: switch the triggers off and write."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_act DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE kernel_act ENABLE TRIGGER USER")


def test_acts_follow_one_another_by_their_hashes():
    rows = [record(number) for number in range(5)]

    assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert broken_link() is None


def test_acts_recorded_together_stand_in_the_book_as_if_recorded_one_by_one():
    first = record(1)
    entries = [
        actions.Entry("test.act", f"row {at}", after={"number": at, "名": "王𬱖"}) for at in range(2, 5)
    ]

    rows = actions.record_all(by="test", entries=entries)

    assert [row.number for row in rows] == [first.number + at for at in (1, 2, 3)]
    assert [row.previous for row in rows] == [first.hash, *(row.hash for row in rows[:-1])]
    assert record(5).number == first.number + 4 and broken_link() is None


@pytest.mark.parametrize(
    "statement", ["UPDATE kernel_act SET reason = 'x'", "DELETE FROM kernel_act", "TRUNCATE kernel_act"]
)
def test_no_act_can_be_changed_or_removed(statement):
    record(1)

    with (
        pytest.raises(DatabaseError, match="kernel_act_is_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)

    assert Act.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kernel_act SET reason = 'x' WHERE id = %s",
        "UPDATE kernel_act SET by_name = 'somebody' WHERE id = %s",
        "UPDATE kernel_act SET at = at + interval '1 microsecond' WHERE id = %s",
        "UPDATE kernel_act SET after = '{}' WHERE id = %s",
        "UPDATE kernel_act SET division = '371002' WHERE id = %s",
        "UPDATE kernel_act SET purpose = 'x' WHERE id = %s",
        "UPDATE kernel_act SET result = 'refused' WHERE id = %s",
        "UPDATE kernel_act SET by_id = NULL, act = act || 'x' WHERE id = %s",
    ],
)
def test_a_changed_act_is_found(change):
    rows = [record(number) for number in range(5)]

    tampered(change, rows[2].pk)

    assert broken_link() == Broken(rows[2].number, "内容被改动")


def test_a_removed_act_is_found_at_the_next_one():
    rows = [record(number) for number in range(5)]

    tampered("DELETE FROM kernel_act WHERE id = %s", rows[2].pk)

    assert broken_link() == Broken(rows[3].number, f"第 {rows[2].number} 号记录缺失")


def test_an_act_outside_a_transaction_is_refused(monkeypatch):
    monkeypatch.setattr(actions, "connection", SimpleNamespace(in_atomic_block=False))

    with pytest.raises(actions.NotInTransaction):
        record(1)

    assert Act.objects.count() == 0


def test_acts_of_a_row_tell_who_and_what():
    user = a_user("li", "371002")

    created = acts_of(user).get()

    assert (created.act, created.by_name, created.by) == ("access.create_user", "test", None)
    assert created.after == {"username": "li", "is_demo": False, "row_version": 1}


def test_a_number_typed_into_a_reason_does_not_stand_in_the_book():
    """What is typed into a reason stays readable for three years; nobody needs a number to know why."""
    with transaction.atomic():
        row = actions.record(
            by="test", act="test.act", subject="x", reason="本人 99011019510101842X 要求，工单 0112"
        )

    row.refresh_from_db()
    assert row.reason == "本人 〔略〕 要求，工单 0112"
    assert broken_link() is None


def test_the_names_of_those_an_act_is_about_do_not_stand_in_the_book():
    with transaction.atomic():
        row = actions.record(
            by="test",
            act="test.act",
            subject="x",
            reason="王𬱖的家人王𬱖兰要求",
            about=["王𬱖", "王𬱖兰", ""],
        )

    row.refresh_from_db()
    assert row.reason == "〔略〕的家人〔略〕要求"
    assert broken_link() is None
