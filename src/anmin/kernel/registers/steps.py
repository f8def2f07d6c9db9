"""A procedure over the entries of a register (办理程序): states, steps, who takes them, clocks; for matters without a household.

`kernel.cases` moves a household's case to a decision on money; naming a place, an inspection or a selection has no
household and no entitlement. Such a matter is an entry whose `state` only steps change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, user_of
from anmin.kernel.audit.models import Act
from anmin.kernel.law.clocks import Unit, deadline
from anmin.kernel.registers.actions import EntryRefused, set_columns
from anmin.kernel.registers.declaring import Register, Trouble
from anmin.kernel.registers.values import value_of
from anmin.lib.calendar import load_calendar

ACT = "registers.step"


@dataclass(frozen=True)
class Step:
    """One step: from which states to which, who may, which columns it asks, which day column it fills.

    `other_than` are steps (or `enter`) that whoever takes this one must not have taken. `obstacles` says what stands
    against it; `does` is what the line of business does beside it, in the same transaction.
    """

    key: str
    title: str
    english: str
    sources: tuple[str, ...]
    target: str
    powers: tuple[str, ...]
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    day: str = ""
    needs_reason: bool = False
    other_than: tuple[str, ...] = ()
    obstacles: Callable[[Any, Mapping[str, Any], Reader, date], Iterable[Trouble]] | None = None
    does: Callable[[Any, Reader, date], Mapping[str, Any] | None] | None = None


@dataclass(frozen=True)
class Clock:
    """A deadline: so many days from the day in one column until the day in another is filled, by an article."""

    key: str
    title: str
    english: str
    begins: Callable[[Any], date | None]
    number: int
    unit: Unit
    ends: str
    law: str


@dataclass(frozen=True)
class Running:
    """A clock of one entry: when it is due, when it was met; `is_late` on the day asked for."""

    clock: Clock
    due: date
    met: date | None
    on: date

    @property
    def is_late(self) -> bool:
        """Whether it was met after the deadline, or is not met and the deadline has passed."""
        return (self.met or self.on) > self.due


@dataclass(frozen=True, eq=False)
class Procedure:
    """The steps and clocks of a register whose model has a `state` column; in a state of `rests` nobody waits for a step."""

    register: Register
    steps: tuple[Step, ...]
    clocks: tuple[Clock, ...] = ()
    rests: frozenset[str] = frozenset()

    def step(self, key: str) -> Step:
        """One step; raises KeyError."""
        return {one.key: one for one in self.steps}[key]


PROCEDURES: dict[str, Procedure] = {}


def declared(procedure: Procedure) -> Procedure:
    """Put a procedure into the book, under the key of its register."""
    states = {value for value, _label in procedure.register.column("state").flatchoices}
    for one in procedure.steps:
        strange = {*one.sources, one.target} - states
        if strange:
            raise ValueError(f"{procedure.register.key}：步骤 {one.key} 的状态 {strange} 不在 state 的选项里")
    PROCEDURES[procedure.register.key] = procedure
    return procedure


def procedure_of(register: Register) -> Procedure | None:
    """The procedure of a register, if it has one."""
    return PROCEDURES.get(register.key)


def ways(procedure: Procedure, entry: Any, by: Reader) -> list[Step]:
    """The steps that a reader may take now."""
    return [
        one
        for one in procedure.steps
        if entry.state in one.sources and any(by.may(power, entry.division) for power in one.powers)
    ]


def running(procedure: Procedure, entry: Any, on: date) -> list[Running]:
    """The clocks that have begun for an entry."""
    found = []
    for clock in procedure.clocks:
        start = clock.begins(entry)
        if start is not None:
            due = deadline(start, clock.number, clock.unit, load_calendar())
            found.append(Running(clock, due, getattr(entry, clock.ends), on))
    return found


@transaction.atomic
def take_step(
    *,
    by: Reader,
    procedure: Procedure,
    entry: Any,
    step: str,
    raw: Mapping[str, Any],
    on: date,
    seen: int,
    reason: str = "",
) -> Any:
    """Take one step of an entry's procedure, whole or not at all.

    Raises:
        EntryRefused: with everything that stands against it.
        PermissionError: for whoever has none of its powers there.
    """
    register, one = procedure.register, procedure.step(step)
    row = register.model._default_manager.select_for_update(of=("self",)).get(pk=entry.pk)
    if not any(by.may(power, row.division) for power in one.powers):
        raise PermissionError(_("您的岗位不能办理“%(step)s”。") % {"step": one.title})
    troubles = list(_against(one, row, by, seen, reason))
    values = _asked(register, one, raw, by, troubles)
    if not troubles and one.obstacles is not None:
        troubles += one.obstacles(row, values, by, on)
    if troubles:
        raise EntryRefused(troubles)
    columns = {**values, "state": one.target}
    if one.day and columns.get(one.day) is None:
        columns[one.day] = on
    for name, value in columns.items():
        setattr(row, name, value)
    if one.does is not None:
        columns |= one.does(row, by, on) or {}
    return set_columns(
        by=by,
        register=register,
        entry=entry,
        values=columns,
        reason=reason,
        act=f"{ACT}.{one.key}",
        powers=one.powers,
    )


def _asked(
    register: Register, one: Step, raw: Mapping[str, Any], by: Reader, troubles: list[Trouble]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in one.asks:
        found = value_of(register, name, raw.get(name, ""), by)
        if isinstance(found, Trouble):
            troubles.append(found)
            continue
        values[name] = found
        if name in one.needs and found in (None, ""):
            troubles.append(Trouble(name, "required", _("这一项要填。")))
    return values


def _against(one: Step, row: Any, by: Reader, seen: int, reason: str) -> Iterable[Trouble]:
    if row.version != seen:
        yield Trouble("", "stale", _("您看的时候，别人已经改过这一条；请刷新页面，看过现在的内容再改。"))
    elif row.state not in one.sources:
        yield Trouble("", "state", _("现在的状态不能办理“%(step)s”；请刷新页面。") % {"step": one.title})
    if one.needs_reason and not reason.strip():
        yield Trouble("reason", "reason", _("请写明理由。"))
    user = user_of(by)
    acts = [f"{ACT}.{key}" if key != "enter" else "registers.enter" for key in one.other_than]
    took = Act.objects.filter(subject=row._meta.label_lower, subject_id=str(row.pk), act__in=acts, by=user)
    if acts and user is not None and took.exists():
        yield Trouble("", "same_person", _("经办和审批要由两个人办理；请另一位同事办理这一步。"))
