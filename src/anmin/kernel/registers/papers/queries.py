"""Which papers an entry can have, which were made, and what a paper is told of the entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from anmin.kernel.access.queries import Reader
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.papers.entrysheets import EntryPaper
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.offices import county_office
from anmin.kernel.papers.queries import PaperKind, kinds_of_register, papers_about, papers_of_thing
from anmin.kernel.registers.declaring import BOOK, Register
from anmin.kernel.registers.queries import shown, versions_of
from anmin.kernel.registers.steps import procedure_of


def subject_of(register: Register, entry: Any) -> str:
    """What papers of an entry are filed under."""
    return f"entry {register.key}/{entry.number}"


def makeable(register: Register, entry: Any) -> list[PaperKind]:
    """The papers that can be made of an entry as it is now."""
    state = getattr(entry, "state", "")
    found = kinds_of_register(register.key, entry.division)
    return [one for one in found if not one.states or state in one.states]


def papers_of(reader: Reader, register: Register, entry: Any) -> list[Paper]:
    """The papers that were made of an entry, the oldest first."""
    if register.is_about_persons:
        return papers_about(reader, subject_of(register, entry))
    return papers_of_thing(reader, subject_of(register, entry), entry.division)


def may_make(reader: Reader, register: Register, entry: Any) -> bool:
    """Whether a reader makes papers of an entry: whoever writes in the register there, or takes a step of its procedure."""
    course = procedure_of(register)
    powers = {*register.write, *(power for one in (course.steps if course else ()) for power in one.powers)}
    return any(reader.may(power, entry.division) for power in powers)


def data_of(kind: PaperKind, register: Register, entry: Any, on: date) -> EntryPaper:
    """What a paper is told of an entry, sensitive columns masked as on the pages."""
    named = {
        one.name: other
        for one in register.model._meta.local_fields
        if one.is_relation and one.name not in ("intake", "person")
        and (other := getattr(entry, one.name)) is not None
    }  # fmt: skip
    return EntryPaper(
        issuer=county_office(entry.division, on),
        number=entry.number,
        on=on,
        matter=kind.name,
        place=name_of(entry.division, on),
        values=_words(register, entry),
        of={name: _words(found, other) for name, other in named.items() if (found := BOOK.of(type(other)))},
        reason=next((one.act.reason for one in versions_of(register, [entry]) if one.act.reason), ""),
    )


def _words(register: Register, entry: Any) -> dict[str, str]:
    names = [
        one.name
        for one in register.model._meta.local_fields
        if not one.auto_created and one.name not in ("id", "level", "version", "entered_at", "intake")
    ]
    return {name: _plain(shown(register, entry, name)) for name in names}


def _plain(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
