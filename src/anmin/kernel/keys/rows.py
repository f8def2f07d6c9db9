"""Row codes (行校验码): rows of rights carry a keyed code over their columns, so that a row edited by SQL is known.

The code is bound to table, key and a version that grows with every change, so that it holds for no other row and an
older state of the same row cannot be put back beside the book of acts, which notes the version (GB/T 39786: 访问控制信息完整性).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.apps import apps
from django.db import models, transaction

from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import hmac_sm3, is_same

NUMBER = 2
"""Bytes of the key's number, which the code begins with."""


@dataclass(frozen=True)
class BrokenRow:
    """A row whose code does not hold: where it is and what is wrong."""

    table: str
    key: int
    problem: str


class CodedModel(models.Model):
    """The base of tables of rights. `CODED` names the columns under the code; rows are written through `save` alone."""

    CODED: ClassVar[tuple[str, ...]] = ()

    row_version = models.IntegerField(default=0, editable=False)
    row_code = models.BinaryField(null=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """As Django's; then the code over what the database now holds, which this object may not know all of."""
        touched = options.get("update_fields")
        if touched is not None and not set(touched) & {name.removesuffix("_id") for name in self.CODED}:
            super().save(*args, **options)
            return
        with transaction.atomic():
            super().save(*args, **options)
            write_code(self)

    @property
    def is_coded(self) -> bool:
        """Whether this row, as read, is as it was last written."""
        values = [getattr(self, name) for name in self.CODED]
        return holds(self._meta.db_table, self.pk, self.row_version, values, self.row_code)


def write_code(row: CodedModel) -> None:
    """Give a row its next version and the code over its columns."""
    model = type(row)
    mine = model._base_manager.filter(pk=row.pk)
    version, *values = mine.values_list("row_version", *model.CODED).get()
    number = ring().active("row").number
    row.row_version = version + 1
    row.row_code = code(number, model._meta.db_table, row.pk, row.row_version, values)
    mine.update(row_version=row.row_version, row_code=row.row_code)


def code(number: int, table: str, pk: int, version: int, values: Sequence[Any]) -> bytes:
    """The code over a row: the key's number and HMAC-SM3 over table, key, version and columns."""
    line = json.dumps([table, pk, version, *values], ensure_ascii=False, default=str)
    return number.to_bytes(NUMBER, "big") + hmac_sm3(ring().secret("row", number), line.encode())


def holds(table: str, pk: int, version: int, values: Sequence[Any], found: bytes | memoryview | None) -> bool:
    """Whether a code is the one over a row."""
    if found is None or len(found) <= NUMBER:
        return False
    found = bytes(found)
    return is_same(found, code(int.from_bytes(found[:NUMBER], "big"), table, pk, version, values))


def coded_models() -> list[type[CodedModel]]:
    """Every table whose rows carry codes."""
    return [model for model in apps.get_models() if issubclass(model, CodedModel)]


def broken_rows() -> Iterator[BrokenRow]:
    """Rows whose code does not hold, by table and key."""
    for model in coded_models():
        table = model._meta.db_table
        rows = model._base_manager.order_by("pk").values_list("pk", "row_version", "row_code", *model.CODED)
        for pk, version, found, *values in rows.iterator(5_000):
            if not holds(table, pk, version, values, found):
                yield BrokenRow(table, pk, "内容被改动，或不是由系统写入的")
