"""Entries as a reader may see them: lists, one with all that it was, counts, what stands on a map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from anmin.kernel.access.fields import masked
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.scopes import Scope
from anmin.kernel.audit.models import Act
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import BOOK, Register
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.models import RegisterIntake, RejectedRow
from anmin.lib.money import format_yuan

HIDDEN = "＊＊＊"
MOST_FOUND = 1000
"""Nobody turns over more pages than that of what a word finds; a longer word finds fewer."""
STATES = ("now", "ended", "all")


@dataclass(frozen=True)
class Sought:
    """What of a register is asked for. `held` is one of `STATES`; what is empty narrows nothing."""

    text: str = ""
    division: str = ""
    held: str = "now"
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What an act made different in one column, in words that anybody who sees the entry may read."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One act upon an entry: who, when, what, why, and the columns that became different."""

    act: Act
    verb: str
    changes: tuple[Change, ...]


def registers(reader: Reader | None = None) -> list[Register]:
    """The registers of all lines of business, or those that a reader may open."""
    return [row for row in BOOK.rows.values() if reader is None or may_read(reader, row)]


def register_named(line: str, name: str) -> Register | None:
    """One register by the two parts of its key."""
    return BOOK.rows.get(f"{line}/{name}")


def may_read(reader: Reader, register: Register) -> bool:
    """Whether somebody may open a register at all."""
    return any(reader.may(power) for power in register.read)


def may_write(reader: Reader, register: Register, division: str | None = None) -> bool:
    """Whether somebody may enter and correct, in a division where one is named."""
    return any(reader.may(power, division) for power in register.write)


def entries(reader: Reader, register: Register) -> QuerySet[Any]:
    """All rows of a register that the reader may see, newest first."""
    sight = reduce(or_, (reader.reach(power).q() for power in register.read))
    if register.is_about_persons:
        sight &= reader.q()
    rows: QuerySet[Any] = register.model._default_manager.filter(sight)
    related = [
        name for name in (*register.columns, *register.form_fields) if register.column(name).is_relation
    ]
    return rows.select_related(*dict.fromkeys(related)).order_by("-pk")


def sought(reader: Reader, register: Register, asked: Sought, on: date) -> QuerySet[Any]:
    """The rows that a list shows."""
    rows = entries(reader, register)
    if asked.held == "now":
        rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on)
    elif asked.held == "ended":
        rows = rows.filter(last_day__lt=on)
    if asked.division:
        rows = rows.filter(Scope((asked.division,)).q())
    for name, value in asked.filters.items():
        if name in register.filters and value != "":
            rows = rows.filter(**{name: value})
    if asked.text:
        # Who types a whole number wants that entry; only other words are looked for in every row.
        numbered = rows.filter(number=asked.text)
        rows = numbered if numbered.exists() else rows.filter(_matches(register, asked.text))
    return rows


def first_found(rows: QuerySet[Any], most: int = MOST_FOUND) -> tuple[list[int], bool]:
    """The keys of the first rows that a text finds, read once for list and total, and whether there are more."""
    keys = list(rows.values_list("pk", flat=True)[: most + 1])
    return keys[:most], len(keys) > most


def with_keys(rows: QuerySet[Any], keys: Iterable[int]) -> list[Any]:
    """The rows of some keys, in the order of the list."""
    return list(rows.filter(pk__in=list(keys)))


def entry_numbered(reader: Reader, register: Register, number: str, on: date | None = None) -> Any | None:
    """The entry under a number: as it is on a day or last was; None also where the reader may not see it."""
    rows = entries(reader, register).filter(number=number).order_by("-first_day")
    current = rows.filter(first_day__lte=on).first() if on is not None else None
    return current or rows.first()


def spans_of(reader: Reader, register: Register, entry: Entry) -> list[Any]:
    """Everything that an entry was from a day to a day, newest first."""
    return list(entries(reader, register).filter(number=entry.number).order_by("-first_day"))


def versions_of(register: Register, rows: Iterable[Entry]) -> list[Version]:
    """What was done to an entry, newest first, whatever span it was done to."""
    label = register.model._meta.label_lower
    acts = Act.objects.filter(subject=label, subject_id__in=[str(row.pk) for row in rows])
    return [
        Version(act, act.act.rsplit(".", 1)[-1], _changes(register, act))
        for act in acts.select_related("by").order_by("-number")
    ]


def shown(register: Register, entry: Entry, name: str) -> Any:
    """A value as a page shows it unasked: choices in words, sensitive columns masked."""
    column = register.column(name)
    if isinstance(column, SealedText) or register.klass(name)[0] == "sensitive":
        mask = register.klass(name)[1]
        if mask != "shown":
            value = getattr(entry, name)
            return "" if not value else HIDDEN if mask in ("", "hidden") else masked(mask, str(value))
    if column.choices:
        return getattr(entry, f"get_{name}_display")()
    if isinstance(column, FenField):
        value = getattr(entry, name)
        return "" if value is None else format_yuan(value)
    return getattr(entry, name)


def marks(register: Register, rows: QuerySet[Any], most: int = 500) -> list[tuple[float, float, Any]]:
    """Longitude, latitude and row of the entries that have a place on the map."""
    if register.marks is None:
        return []
    east, north = register.marks
    placed = rows.exclude(**{f"{east}__isnull": True}).exclude(**{f"{north}__isnull": True})
    return [(float(getattr(row, east)), float(getattr(row, north)), row) for row in placed[:most]]


def public_registers() -> list[Register]:
    """The registers that anybody may look up on the residents' pages."""
    return [row for row in BOOK.rows.values() if row.public]


def public_entries(register: Register, text: str, division: str, on: date) -> QuerySet[Any]:
    """The rows in force that anybody may read; without a text and a place, all of them. The database lets no other through."""
    rows: QuerySet[Any] = register.model._default_manager.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on
    )
    if division:
        rows = rows.filter(Scope((division,)).q())
    if text:
        rows = rows.filter(_matches(register, text))
    return rows.order_by(register.public[0], "pk")


def public_entry(register: Register, number: str, on: date) -> Any | None:
    """One of them."""
    return public_entries(register, "", "", on).filter(number=number).first()


def intakes(reader: Reader, register: Register) -> QuerySet[RegisterIntake]:
    """The files that the reader sent, newest first."""
    return RegisterIntake.objects.filter(register=register.key, made_by=reader.user).order_by("-pk")


def rejections(intake: RegisterIntake) -> list[RejectedRow]:
    """The rows of a file that were not entered, in their order."""
    return list(intake.rejections.order_by("row", "pk"))


def _matches(register: Register, text: str) -> Q:
    found = Q(number=text)
    # Where letters have no case, as in Chinese, the rows need not be folded: half the work of a search.
    like = "contains" if text.upper() == text.lower() else "icontains"
    for name in register.search:
        found |= Q(**{f"{name}__{like}": text})
    return found


def _changes(register: Register, act: Act) -> tuple[Change, ...]:
    before, after = act.before or {}, act.after or {}
    known = {one.name for one in register.model._meta.local_fields}
    return tuple(
        Change(name, str(before.get(name, "")), str(after.get(name, "")))
        for name in (before or after)
        if name in known and before.get(name) != after.get(name)
    )
