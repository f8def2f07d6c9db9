"""Sealed columns (加密字段): text in Python, ciphertext in the database, opened when somebody looks.

A value is bound to its table, column and primary key, so that it opens nowhere else. The key of the row must
therefore be known before it is written: `SealedModel` takes it from the sequence first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connections, models, router

from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import key_number_of, seal, unseal

M = TypeVar("M", bound=models.Model)


class Sealed(bytes):
    """A value as the database holds it."""

    def __repr__(self) -> str:
        return f"<已加密 {len(self)} 字节>"


def bound(table: str, column: str, pk: int) -> bytes:
    """The place that a value is bound to."""
    return f"{table}|{column}|{pk}".encode()


def sealed_text(text: str, table: str, column: str, pk: int) -> bytes:
    """A text sealed for its place, for writers that bypass the model, such as COPY. Silence stays empty."""
    return seal(ring().data_key(), text.encode(), bound(table, column, pk)) if text else b""


def opened_text(value: bytes, table: str, column: str, pk: int) -> str:
    """The text of a sealed value in its place; raises SealBroken."""
    return unseal(ring().data_key, bytes(value), bound(table, column, pk)).decode() if value else ""


class _OnLook:
    """Opens the value when the attribute is read, and keeps what was opened."""

    def __init__(self, field: SealedText) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.opened(value, instance.pk)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedText(models.Field):
    """A text column at rest as SM4-GCM ciphertext. It cannot be searched: keep a blind index beside it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("default", "")
        super().__init__(*args, **{**options, "editable": options.get("editable", False)})

    def get_internal_type(self) -> str:
        """PostgreSQL's bytea."""
        return "BinaryField"

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Open on look."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _OnLook(self))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Ciphertext, marked as such."""
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """The ciphertext for this very row; what was never looked at is written back as it is.

        Unless the key was changed since it was read: an old key may be destroyed as soon as nothing bears it.
        """
        value = model_instance.__dict__.get(self.attname)
        if value is None or (isinstance(value, Sealed) and not self._is_old(value)):
            return value
        if isinstance(value, Sealed):
            value = self.opened(value, model_instance.pk)
        if model_instance.pk is None:
            raise ValueError(f"{self.model._meta.label}.{self.name} 需要先有主键才能加密")
        return Sealed(self.sealed(value, model_instance.pk))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Ciphertext only: a text here would be a look-up or an update in clear."""
        if value is None or isinstance(value, bytes):
            return None if value is None else connection.Database.Binary(bytes(value))
        if value == "":
            return connection.Database.Binary(b"")
        raise TypeError(f"{self.name} 是加密字段，不能按明文查找或更新；请用盲索引查找，用 save() 写入")

    @staticmethod
    def _is_old(value: Sealed) -> bool:
        return bool(value) and key_number_of(value) != ring().data_key().number

    def sealed(self, value: Any, pk: int) -> bytes:
        """A value sealed for a row."""
        return sealed_text(str(value), self.model._meta.db_table, str(self.column), pk)

    def opened(self, value: bytes, pk: int) -> Any:
        """A value of a row opened."""
        return opened_text(value, self.model._meta.db_table, str(self.column), pk)


class SealedJSON(SealedText):
    """Data at rest as ciphertext: whatever JSON can hold."""

    def sealed(self, value: Any, pk: int) -> bytes:
        """Data sealed for a row."""
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        return sealed_text(text, self.model._meta.db_table, str(self.column), pk)

    def opened(self, value: bytes, pk: int) -> Any:
        """Data of a row opened; silence is an empty mapping."""
        return json.loads(super().opened(value, pk) or "{}")


class SealedQuerySet(models.QuerySet[M]):
    """Gives rows their keys before they are written in bulk."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **options: Any) -> list[M]:
        """As Django's, with keys from the sequence."""
        rows = list(objs)
        waiting = [row for row in rows if row.pk is None]
        for row, key in zip(waiting, next_keys(self.model, len(waiting), using=self.db), strict=True):
            row.pk = key
        return super().bulk_create(rows, *args, **options)


def next_keys(model: type[models.Model], number: int, using: str = "default") -> list[int]:
    """So many fresh primary keys from a table's sequence."""
    if not number:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, number],
        )
        return [row[0] for row in cursor.fetchall()]


class SealedModel(models.Model):
    """The base of tables with sealed columns."""

    objects = SealedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """As Django's; a new row gets its key first."""
        if self.pk is None:
            using = options.get("using") or router.db_for_write(type(self), instance=self)
            self.pk = next_keys(type(self), 1, using=using)[0]
            options["force_insert"] = True
        super().save(*args, **options)
