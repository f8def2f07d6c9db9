"""Change the key that columns are sealed with, while everybody goes on working (密钥轮换)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from anmin.kernel.keys.fields import Sealed, SealedText, bound
from anmin.kernel.keys.queries import ring
from anmin.kernel.keys.ring import RingKey
from anmin.lib.crypto import HEAD, seal, unseal

ROWS = 5_000


def new_key() -> RingKey:
    """A new key for new values; old values stay readable and are sealed anew by `reseal`."""
    return ring().add("data")


def sealed_columns() -> list[tuple[type[models.Model], SealedText]]:
    """Every sealed column of every table."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, SealedText) and model._meta.managed
    ]


def reseal() -> Iterator[tuple[str, int]]:
    """Seal everything anew that bears an old key, in batches of one transaction each; can be stopped and gone on with.

    Gives (column, rows done so far) after every batch. Readers see the old or the new value, never none: both keys
    are readable all the time. A value that somebody writes meanwhile is left as they wrote it.
    """
    for model, field in sealed_columns():
        done, last = 0, 0
        while True:
            count, last = _batch(model, field, last)
            if not count and not last:
                break
            done += count
            yield f"{model._meta.db_table}.{field.column}", done


@transaction.atomic
def _batch(model: type[models.Model], field: SealedText, after: int) -> tuple[int, int]:
    table, column, number = model._meta.db_table, str(field.column), ring().active("data").number
    head = HEAD.size
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {column} FROM {table} WHERE id > %s AND octet_length({column}) > %s"
            f" AND substring({column} from 2 for 4) <> %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [after, head, number.to_bytes(4, "big"), ROWS],
        )
        rows: list[tuple[int, Any]] = cursor.fetchall()
        if not rows:
            return 0, 0
        keys = ring()
        fresh = [
            (
                pk,
                Sealed(
                    seal(
                        keys.data_key(),
                        unseal(keys.data_key, bytes(value), bound(table, column, pk)),
                        bound(table, column, pk),
                    )
                ),
            )
            for pk, value in rows
        ]
        cursor.execute(
            f"UPDATE {table} SET {column} = fresh.value"
            f" FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::bytea[]) AS value) AS fresh WHERE {table}.id = fresh.id",
            [[pk for pk, _value in fresh], [bytes(value) for _pk, value in fresh]],
        )
    return len(rows), rows[-1][0]


def in_use(number: int) -> int:
    """How many values still bear a key."""
    total = 0
    with connection.cursor() as cursor:
        for model, field in sealed_columns():
            cursor.execute(
                f"SELECT count(*) FROM {model._meta.db_table} WHERE octet_length({field.column}) > %s"
                f" AND substring({field.column} from 2 for 4) = %s",
                [HEAD.size, number.to_bytes(4, "big")],
            )
            total += cursor.fetchone()[0]
    return total


class KeyInUse(ValueError):
    """A key cannot be destroyed while values bear it."""


def destroy(number: int) -> None:
    """Forget an old key for good.

    Raises:
        KeyInUse: while values bear it; reseal first.
    """
    if count := in_use(number):
        raise KeyInUse(f"还有 {count} 个值是用第 {number} 号密钥加密的；先运行 anmin keys rotate 重新加密")
    ring().destroy("data", number)
