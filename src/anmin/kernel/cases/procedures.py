"""Procedures (办理程序): who may take which step from where, what it needs first, and how long it may last.

A procedure is a dated YAML file of a line of business. A locality lays its own limits over it by division, the
nearest ancestor first, exactly as rates are found. What is declared here is also what the database enforces.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anmin.kernel.law.clocks import Unit

UNITS = {"工作日": Unit.WORKING_DAYS, "日": Unit.CALENDAR_DAYS, "月": Unit.MONTHS}


class ProcedureProblem(ValueError):
    """A procedure contradicts itself or lacks what it names; the message says which file and which step."""


@dataclass(frozen=True)
class State:
    """Where a case stands. `is_end` states have no way on but reopening."""

    key: str
    title: str
    plain: str = ""
    is_end: bool = False


@dataclass(frozen=True)
class Transition:
    """One step that may be taken (办理环节).

    `who` are powers of roles. `after` are steps that must have been taken since the last of `since`. `other_than`
    are steps whose takers may not take this one. `not_before` is a clock that must have run out. `adverse` steps
    refuse, stop, reduce or recover: only a person may take them, with a reason. `decides` needs a frozen decision.
    `second` needs two people. `when` are further steps that a special cause asks for first. `publicity` is `due` where the
    step shows a case in public and `not_due` where it may go on without: the last opinion says which.
    """

    action: str
    title: str
    sources: tuple[str, ...]
    target: str
    who: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()
    not_before: str = ""
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    adverse: bool = False
    decides: bool = False
    reason: bool = False
    second: bool = False
    when: Mapping[str, str] = field(default_factory=dict)
    publicity: str = ""
    law: str = ""
    papers: tuple[str, ...] = ()

    @property
    def needs_person(self) -> bool:
        """Whether only a person may take the step: decisions, what is against people, what needs other eyes."""
        return self.adverse or self.decides or bool(self.other_than)


@dataclass(frozen=True)
class Limit:
    """How long a clock may run (期限), with the longer limit for special cases, by cause."""

    key: str
    title: str
    number: int
    unit: Unit
    special: Mapping[str, int] = field(default_factory=dict)
    law: str = ""
    is_duty_to_wait: bool = False

    def days_for(self, causes: Iterable[str]) -> int:
        """The limit when some special causes hold: the longest that applies."""
        return max([self.number, *(self.special[cause] for cause in causes if cause in self.special)])


@dataclass(frozen=True)
class Procedure:
    """A procedure as it stands in one division on one day.

    `benefits` are keys of what the case may grant, the strongest protection first; `intake` says what is asked of the
    applicant (`form`, `materials`, `sources` to be authorised).
    """

    matter: str
    title: str
    law: str
    since: date
    states: Mapping[str, State]
    transitions: tuple[Transition, ...]
    limits: Mapping[str, Limit]
    initial: str
    publicity: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    benefits: tuple[str, ...] = ()
    intake: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The hash of everything declared: two cases with the same version went by the same rules."""
        text = json.dumps(as_data(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def steps_from(self, state: str) -> tuple[Transition, ...]:
        """The steps that lead on from a state."""
        return tuple(step for step in self.transitions if state in step.sources)

    def step(self, state: str, action: str) -> Transition | None:
        """The step of a name from a state, None when there is no such way."""
        return next((step for step in self.steps_from(state) if step.action == action), None)

    def limit(self, key: str) -> Limit:
        """A limit by its key.

        Raises:
            ProcedureProblem: when the place has not fixed it yet; the message names who can.
        """
        found = self.limits.get(key)
        if found is None:
            raise ProcedureProblem(
                f"“{self.title}”还没有规定期限“{key}”，不能往下办；请市民政局在本地办理程序中补上这一期限"
            )
        return found


UNVERIFIED = "待核实"


@dataclass(frozen=True)
class Unverified:
    """Something of a procedure that nobody has verified for the place yet (待核实), and who can."""

    what: str
    who: str


def unverified(found: Procedure) -> list[Unverified]:
    """What the place still has to verify: what its overlay says so of, and limits whose law says so."""
    said = [Unverified(str(row["what"]), str(row["who"])) for row in found.terms.get("unverified", ())]
    limits = [
        Unverified(f"{row.title}：{row.number}{_UNIT_NAMES[row.unit]}（{row.law}）", "市民政局")
        for row in found.limits.values()
        if UNVERIFIED in row.law
    ]
    return said + limits


_UNIT_NAMES = {unit: name for name, unit in UNITS.items()}


def as_data(found: Procedure) -> dict[str, Any]:
    """A procedure in the shape of its file, overlays applied: what is kept with the cases that went by it."""
    return {
        "matter": found.matter,
        "title": found.title,
        "law": found.law,
        "since": found.since.isoformat(),
        "initial": found.initial,
        "states": {
            row.key: {"title": row.title, "plain": row.plain, "end": row.is_end}
            for row in found.states.values()
        },
        "limits": {
            row.key: {
                "title": row.title,
                "limit": row.number,
                "unit": _UNIT_NAMES[row.unit],
                "special": dict(row.special),
                "law": row.law,
                "wait": row.is_duty_to_wait,
            }
            for row in found.limits.values()
        },
        "publicity": dict(found.publicity),
        "terms": dict(found.terms),
        "benefits": list(found.benefits),
        "intake": dict(found.intake),
        "steps": [_step_as_data(step) for step in found.transitions],
    }


def _step_as_data(step: Transition) -> dict[str, Any]:
    row = {name: getattr(step, name) for name in Transition.__dataclass_fields__ if getattr(step, name)}
    row["from"], row["to"] = row.pop("sources"), row.pop("target")
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def check(found: Procedure, where: str) -> None:
    """Refuse a procedure with a way to nowhere, a dead end, a word nobody declared or a machine's refusal."""
    known = {step.action for step in found.transitions} | set(found.terms.get("of_followed", ()))
    for step in found.transitions:
        for state in (*step.sources, step.target):
            if state not in found.states:
                raise ProcedureProblem(f"{where}：环节“{step.action}”用到未声明的状态“{state}”")
        for action in (*step.after, *step.since, *step.other_than, *step.when.values()):
            if action not in known:
                raise ProcedureProblem(f"{where}：环节“{step.action}”引用未声明的环节“{action}”")
        clocks = {*step.starts, *step.stops, *step.pauses, *step.resumes}
        if step.not_before:
            clocks.add(step.not_before)
        if missing := sorted(clocks - set(found.limits)):
            raise ProcedureProblem(f"{where}：环节“{step.action}”用到未规定的期限“{'、'.join(missing)}”")
        if step.adverse and not (step.who and step.reason):
            raise ProcedureProblem(f"{where}：不利于群众的环节“{step.action}”必须写明由谁办理并要求理由")
        if step.publicity not in ("", "due", "not_due"):
            raise ProcedureProblem(f"{where}：环节“{step.action}”的 publicity 只能写 due 或 not_due")
    _check_ways(found, where)


def _check_ways(found: Procedure, where: str) -> None:
    reached, todo = {found.initial}, [found.initial]
    while todo:
        here = todo.pop()
        ways = found.steps_from(here)
        if not ways and not found.states[here].is_end:
            raise ProcedureProblem(f"{where}：状态“{here}”没有出路，也不是终点")
        for step in ways:
            if step.target not in reached:
                reached.add(step.target)
                todo.append(step.target)
    if lost := sorted(set(found.states) - reached):
        raise ProcedureProblem(f"{where}：状态“{'、'.join(lost)}”无法到达")
