"""The columns of registers in the data map: a register says itself what its columns are, so no file repeats it."""

from __future__ import annotations

from collections.abc import Iterator

from anmin.kernel.access.datamap.queries import DECLARED, Entry, keepings
from anmin.kernel.registers.declaring import BOOK, OWN, Register

TECHNICAL = ("id", "level", "version", "entered_at", "intake")


def entries_of_registers() -> Iterator[Entry]:
    """Every column of every register."""
    for register in BOOK.rows.values():
        yield from _entries(register)


def _entries(register: Register) -> Iterator[Entry]:
    for column in register.model._meta.local_fields:
        held, mask = register.klass(column.name)
        if column.name in TECHNICAL:
            held, mask = "technical", ""
        elif (column.name == "person" and column.name not in register.classes) or column.name in OWN:
            held, mask = "internal", ""
        yield Entry(
            table=register.model._meta.db_table,
            title=register.title,
            column=str(column.column),
            klass=held,
            mask=mask,
            purpose=register.purpose,
            basis=register.law,
            keeping=keepings()[register.keep],
        )


DECLARED.append(entries_of_registers)
