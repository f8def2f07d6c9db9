"""The map as it is declared, against the tables as they are, and what is kept for too long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db import connection

from anmin.kernel.access.fields import FIELDS

FOLDER = Path(__file__).parent
KEEPING, API = "keeping", "api"
CLASSES = ("technical", "public", "internal", "sensitive", "secret")
MASKS = frozenset({"hidden", "shown", *(key for key, row in FIELDS.items() if row.mask is not None)})


@dataclass(frozen=True)
class Keeping:
    """How long something is kept: days at least and at most, None where there is no such bound."""

    key: str
    title: str
    words: str
    law: str
    verified: bool
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Entry:
    """One column of one table, or one field of the interface, with everything that is to be known of it."""

    table: str
    title: str
    column: str
    klass: str
    mask: str
    purpose: str
    basis: str
    keeping: Keeping
    begins: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether class, purpose, basis and retention are there, and a mask where the class asks for one."""
        has_mask = self.mask in MASKS if self.klass == "sensitive" else self.mask == ""
        return self.klass in CLASSES and has_mask and bool(self.purpose and self.basis and self.keeping.words)


@dataclass(frozen=True)
class Overdue:
    """Rows of a table that should have been dealt with: how many, and the day before which they began."""

    table: str
    title: str
    keeping: Keeping
    before: date
    rows: int


@lru_cache(maxsize=1)
def keepings() -> dict[str, Keeping]:
    """The spans of retention by key."""
    return {key: Keeping(key, **row) for key, row in _read(KEEPING).items()}


DECLARED: list[Callable[[], Iterable[Entry]]] = []
"""Where tables say themselves what their columns are: registers do, in their declarations."""


def entries() -> tuple[Entry, ...]:
    """Every column of every table, by table: as the files say, and as declarations do."""
    return (*_written(), *(one for declared in DECLARED for one in declared()))


@lru_cache(maxsize=1)
def _written() -> tuple[Entry, ...]:
    files = sorted(
        path.stem for path in FOLDER.glob("*.yaml") if path.stem != KEEPING and not path.stem.startswith(API)
    )
    return tuple(one for name in files for one in _entries(_read(name)))


@lru_cache(maxsize=1)
def api_entries() -> tuple[Entry, ...]:
    """Every field of every shape of the interfaces."""
    files = sorted(path.stem for path in FOLDER.glob(f"{API}*.yaml"))
    return tuple(one for name in files for one in _entries(_read(name)))


def columns() -> set[tuple[str, str]]:
    """The columns that the tables of the kernel and of the lines of business have."""
    return {
        (model._meta.db_table, str(field.column))
        for app in ("kernel", "domains")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.local_fields
    }


def unmapped() -> list[tuple[str, str]]:
    """Columns without an entry."""
    return sorted(columns() - {(one.table, one.column) for one in entries()})


def unknown() -> list[tuple[str, str]]:
    """Entries without a column."""
    return sorted({(one.table, one.column) for one in entries()} - columns())


def overdue(on: date) -> list[Overdue]:
    """Tables with rows older than their retention, and how many; it only counts, it deletes nothing."""
    found = []
    tables = {one.table: one for one in entries() if one.begins and one.keeping.most is not None}
    with connection.cursor() as cursor:
        for table, one in sorted(tables.items()):
            before = on - timedelta(days=one.keeping.most or 0)
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{one.begins}" < %s', [before])
            rows = cursor.fetchone()[0]
            if rows:
                found.append(Overdue(table, one.title, one.keeping, before, rows))
    return found


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8")) or {}


def _entries(tables: dict[str, Any]) -> Iterator[Entry]:
    for table, row in tables.items():
        for column, held in row["columns"].items():
            klass, _, mask = str(held).partition(" ")
            yield Entry(
                table=table,
                title=row["title"],
                column=column,
                klass=klass,
                mask=mask,
                purpose=row["purpose"],
                basis=row["basis"],
                keeping=keepings()[row["keep"]],
                begins=row.get("from", ""),
            )
