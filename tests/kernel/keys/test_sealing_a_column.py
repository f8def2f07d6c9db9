"""A column in clear that becomes a sealed one: its texts open afterwards, and none is left behind."""

import pytest
from django.db import connection

from anmin.kernel.keys.fields import opened_text
from anmin.kernel.keys.sealing import seal_column
from anmin.lib.crypto import SealBroken

pytestmark = pytest.mark.django_db
TABLE = "kernel_example"


@pytest.fixture
def table():
    """A table whose rows nobody may change, with two texts and a silence."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} (id bigint PRIMARY KEY, words varchar(300) NOT NULL)")
        cursor.execute(f"INSERT INTO {TABLE} VALUES (1, '王𬱖的家人要求'), (2, ''), (3, '邻居说的')")
        cursor.execute(
            f"CREATE TRIGGER rows_stay BEFORE UPDATE OR DELETE ON {TABLE}"
            " FOR EACH ROW EXECUTE FUNCTION kernel_act_is_append_only()"
        )
        yield cursor


def test_texts_are_sealed_for_their_own_row(table):
    count = seal_column(connection, TABLE, "words")

    table.execute(f"SELECT id, words FROM {TABLE} ORDER BY id")
    held = {pk: bytes(value) for pk, value in table.fetchall()}
    assert count == 2
    assert {pk: opened_text(value, TABLE, "words", pk) for pk, value in held.items()} == {
        1: "王𬱖的家人要求",
        2: "",
        3: "邻居说的",
    }
    with pytest.raises(SealBroken):
        opened_text(held[1], TABLE, "words", 3)


def test_rows_that_stay_still_stay_afterwards(table):
    seal_column(connection, TABLE, "words")

    table.execute("SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'rows_stay'")
    assert table.fetchall() == [("O",)]


def test_the_table_is_written_anew_so_that_no_old_row_keeps_the_text(table):
    table.execute(f"SELECT pg_relation_filenode('{TABLE}')")
    before = table.fetchone()

    seal_column(connection, TABLE, "words")

    table.execute(f"SELECT pg_relation_filenode('{TABLE}')")
    assert table.fetchone() != before
