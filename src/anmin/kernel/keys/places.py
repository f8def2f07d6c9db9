"""Where sealed values lie (密文所在): columns of our own, and documents that hold sealed values as hexadecimal text.

Rotation goes through every place; what is sealed anywhere else would be lost with the old key. Packages that seal
something outside a `SealedText` column name it in `settings.SEALED_PLACES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils.module_loading import import_string

from anmin.kernel.keys.fields import SealedText, bound
from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import HEAD, Suite, key_number_of, seal, unseal


class Place(Protocol):
    """Somewhere sealed values lie."""

    @property
    def name(self) -> str:
        """How people call it: table and column."""

    def reseal(self, after: int, limit: int) -> tuple[int, int]:
        """Seal the next rows above a key anew: how many, and the key of the last; (0, 0) when there are no more."""

    def in_use(self, number: int) -> int:
        """How many rows bear a key."""


def places() -> list[Place]:
    """Every place: the sealed columns of every table, then those that the settings name."""
    columns: list[Place] = [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, SealedText) and model._meta.managed
    ]
    return [*columns, *(import_string(path) for path in settings.SEALED_PLACES)]


def anew(value: bytes, where: bytes) -> bytes:
    """A sealed value under the key in use; what bears it already stays as it is."""
    keys = ring()
    active = keys.data_key()
    if key_number_of(value) == active.number:
        return value
    return seal(active, unseal(keys.data_key, value, where), where)


@dataclass(frozen=True)
class Column:
    """A sealed column."""

    model: type[models.Model]
    field: SealedText

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.model._meta.db_table}.{self.field.column}"

    def reseal(self, after: int, limit: int) -> tuple[int, int]:
        """Rows that somebody is writing now are passed over: they come out under the key in use by themselves."""
        table, column = self.model._meta.db_table, str(self.field.column)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {column} FROM {table} WHERE id > %s AND octet_length({column}) > %s"
                f" AND substring({column} from 2 for 4) <> %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                [after, HEAD.size, ring().active("data").number.to_bytes(4, "big"), limit],
            )
            rows: list[tuple[int, Any]] = cursor.fetchall()
            if not rows:
                return 0, 0
            cursor.execute(
                f"UPDATE {table} SET {column} = fresh.value FROM (SELECT unnest(%s::bigint[]) AS id,"
                f" unnest(%s::bytea[]) AS value) AS fresh WHERE {table}.id = fresh.id",
                [
                    [pk for pk, _value in rows],
                    [anew(bytes(value), bound(table, column, pk)) for pk, value in rows],
                ],
            )
        return len(rows), rows[-1][0]

    def in_use(self, number: int) -> int:
        """How many rows bear a key."""
        table, column = self.model._meta.db_table, str(self.field.column)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE octet_length({column}) > %s"
                f" AND substring({column} from 2 for 4) = %s",
                [HEAD.size, number.to_bytes(4, "big")],
            )
            return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Documents:
    r"""A JSON column some of whose texts are sealed values in hexadecimal, behind `prefix` (PostgreSQL writes `\x`).

    `bound_to` gives the place a text is bound to, from the row's other columns and the text's name in the document.
    """

    table: str
    column: str
    prefix: str
    others: tuple[str, ...]
    bound_to: Callable[[tuple[Any, ...], str], bytes]

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.table}.{self.column}"

    def reseal(self, after: int, limit: int) -> tuple[int, int]:
        """Documents with a text under an older key."""
        marks = [mark for key in ring().keys if key.state == "readable" for mark in self._marks(key.number)]
        others = "".join(f", {column}" for column in self.others)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {self.column}::text{others} FROM {self.table} WHERE id > %s"
                f" AND EXISTS (SELECT 1 FROM unnest(%s::text[]) AS mark"
                f" WHERE strpos({self.column}::text, mark) > 0) ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                [after, marks, limit],
            )
            rows = cursor.fetchall()
            for pk, text, *kept in rows:
                cursor.execute(
                    f"UPDATE {self.table} SET {self.column} = %s::jsonb WHERE id = %s",
                    [json.dumps(self._anew(json.loads(text), tuple(kept)), ensure_ascii=False), pk],
                )
        return (len(rows), rows[-1][0]) if rows else (0, 0)

    def in_use(self, number: int) -> int:
        """How many documents bear a key."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {self.table} WHERE EXISTS (SELECT 1 FROM unnest(%s::text[]) AS mark"
                f" WHERE strpos({self.column}::text, mark) > 0)",
                [self._marks(number)],
            )
            return int(cursor.fetchone()[0])

    def _marks(self, number: int) -> list[str]:
        """How a text sealed with a key begins in the document's own text, in each suite."""
        before = json.dumps(self.prefix)[:-1]
        return [f"{before}{HEAD.pack(suite, number).hex()}" for suite in Suite]

    def _anew(self, document: dict[str, Any], others: tuple[Any, ...]) -> dict[str, Any]:
        heads = tuple(f"{self.prefix}{suite:02x}" for suite in Suite)
        fresh = {}
        for name, value in document.items():
            if isinstance(value, str) and value.startswith(heads):
                raw = bytes.fromhex(value.removeprefix(self.prefix))
                value = self.prefix + anew(raw, self.bound_to(others, name)).hex()
            fresh[name] = value
        return fresh
