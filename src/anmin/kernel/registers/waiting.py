"""What of the registers' procedures waits for somebody (等您办的): entries in a state from which this reader takes the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import Sought, registers, sought
from anmin.kernel.registers.steps import Procedure, procedure_of, running

MOST = 500
"""So many entries of one state are looked at for clocks that have run out."""


@dataclass(frozen=True)
class Waiting:
    """Entries of a register in one state: `number` is the length of its list, `late` how many of them are past a deadline."""

    register: Register
    state: str
    label: str
    number: int
    late: int


def waiting(reader: Reader, on: date) -> list[Waiting]:
    """What waits for the reader, register by register in the order of the states; what is at rest waits for nobody."""
    found = []
    for register in registers(reader):
        course = procedure_of(register)
        if course is None or "state" not in register.filters:
            continue
        for state, label in register.column("state").flatchoices:
            if not goes_on(course, state, reader):
                continue
            rows = sought(reader, register, Sought(filters={"state": state}), on)
            number = rows.count()
            if number:
                late = sum(_is_late(course, row, on) for row in rows[:MOST]) if course.clocks else 0
                found.append(Waiting(register, state, str(label), number, late))
    return found


def goes_on(course: Procedure, state: str, reader: Reader) -> bool:
    """Whether the reader takes a step onwards from a state; a step that wants a reason leaves the way, one to the same state stays."""
    return state not in course.rests and any(
        state in one.sources
        and one.target != state
        and not one.needs_reason
        and any(reader.may(power) for power in one.powers)
        for one in course.steps
    )


def _is_late(course: Procedure, row: object, on: date) -> bool:
    return any(one.met is None and one.is_late for one in running(course, row, on))
