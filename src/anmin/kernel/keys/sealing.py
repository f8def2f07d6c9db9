"""A column in clear becomes a sealed one (补加密), in a migration: the rows that are there are sealed with it."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper

from anmin.kernel.keys.fields import SealedText, sealed_text

ROWS = 5_000


def sealing(model: str, column: str) -> migrations.SeparateDatabaseAndState:
    """The operation that seals a text column of a table of the kernel. It cannot be taken back."""

    def seal(apps: Any, editor: Any) -> None:
        seal_column(editor.connection, apps.get_model("kernel", model)._meta.db_table, column)

    return migrations.SeparateDatabaseAndState(
        [migrations.RunPython(seal)], [migrations.AlterField(model, column, SealedText())]
    )


def seal_column(connection: BaseDatabaseWrapper, table: str, column: str) -> int:
    """Seal every text of a column; how many there were.

    The change of type writes the table anew, so that no text stays behind in rows that were updated. Triggers rest
    meanwhile: rows that never change (steps, decisions) do not change now either, and their history would keep the
    text in clear.
    """
    quoted, name = connection.ops.quote_name(table), connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {name} FROM {quoted} WHERE {name} <> '' ORDER BY id FOR UPDATE")
        rows: list[tuple[int, str]] = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {quoted} ALTER COLUMN {name} TYPE bytea USING ''::bytea")
        cursor.execute(f"ALTER TABLE {quoted} DISABLE TRIGGER USER")
        for at in range(0, len(rows), ROWS):
            part = rows[at : at + ROWS]
            cursor.execute(
                f"UPDATE {quoted} SET {name} = fresh.value FROM (SELECT unnest(%s::bigint[]) AS id,"
                f" unnest(%s::bytea[]) AS value) AS fresh WHERE {quoted}.id = fresh.id",
                [[pk for pk, _ in part], [sealed_text(text, table, column, pk) for pk, text in part]],
            )
        cursor.execute(f"ALTER TABLE {quoted} ENABLE TRIGGER USER")
    return len(rows)
