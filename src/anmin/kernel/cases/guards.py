"""What stands in the way of a step (环节前置条件): the same answer for the button, the action and the message.

The database asks the same questions again in a trigger, so that nothing but a lawful step can move a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.cases.clocks import Clock
from anmin.kernel.cases.procedures import Procedure, Transition


@dataclass(frozen=True)
class Taken:
    """One step already taken, as guards need it."""

    number: int
    action: str
    takers: frozenset[int]


@dataclass(frozen=True)
class Attempt:
    """A step somebody is about to take."""

    action: str
    on: date
    takers: frozenset[int] = frozenset()
    is_person: bool = True
    reason: str = ""
    has_decision: bool = False


@dataclass(frozen=True)
class Obstacle:
    """Why a step cannot be taken: a code for programs, words for people."""

    code: str
    words: str


def obstacles(
    procedure: Procedure,
    state: str,
    attempt: Attempt,
    taken: Sequence[Taken],
    clocks: Mapping[str, Clock],
) -> list[Obstacle]:
    """Everything that stands in the way of a step, in the order in which people can clear it."""
    step = procedure.step(state, attempt.action)
    if step is None:
        here = procedure.states[state].title
        ways = "、".join(way.title for way in procedure.steps_from(state)) or _("没有")
        words = _("现在是“%(here)s”，不能办理这一环节；可以办理的环节：%(ways)s") % {
            "here": here,
            "ways": ways,
        }
        return [Obstacle("no_such_step", words)]
    found = [
        Obstacle("step_missing", _("请先完成“%(step)s”") % {"step": title_of(procedure, action)})
        for action in missing_steps(step, taken)
    ]
    if same := sorted(taken_by(step.other_than, taken) & attempt.takers):
        done = "、".join(title_of(procedure, a) for a in step.other_than if taken_by([a], taken) & set(same))
        found.append(
            Obstacle("same_person", _("您办过本件的“%(done)s”，这一环节须由另一人办理") % {"done": done})
        )
    if step.not_before:
        found += _too_early(procedure, step, attempt.on, clocks)
    if step.needs_person and not attempt.is_person:
        found.append(Obstacle("needs_person", _("决定只能由工作人员作出，系统不能自动办理")))
    if step.reason and not attempt.reason.strip():
        found.append(Obstacle("needs_reason", _("请写明理由")))
    if step.decides and not attempt.has_decision:
        found.append(Obstacle("needs_decision", _("请先形成决定：结论、金额和依据")))
    return found


def missing_steps(step: Transition, taken: Iterable[Taken]) -> list[str]:
    """The steps that must come first and have not been taken since the last of `since`."""
    rows = list(taken)
    anchor = max((row.number for row in rows if row.action in step.since), default=0)
    done = {row.action for row in rows if row.number >= anchor}
    return [action for action in step.after if action not in done]


def taken_by(actions: Iterable[str], taken: Iterable[Taken]) -> set[int]:
    """Everybody who took one of some steps."""
    wanted = set(actions)
    return {taker for row in taken if row.action in wanted for taker in row.takers}


def title_of(procedure: Procedure, action: str) -> str:
    """What a step is called."""
    return next((step.title for step in procedure.transitions if step.action == action), action)


def _too_early(
    procedure: Procedure, step: Transition, on: date, clocks: Mapping[str, Clock]
) -> list[Obstacle]:
    clock, title = clocks.get(step.not_before), procedure.limit(step.not_before).title
    if clock is None:
        return [Obstacle("too_early", _("“%(what)s”还没有开始") % {"what": title})]
    if clock.left is not None:
        return [Obstacle("too_early", _("“%(what)s”已暂停，恢复并期满后才能办理") % {"what": title})]
    if on <= clock.due:
        words = _("“%(what)s”到 %(due)s 才期满，次日起可以办理") % {"what": title, "due": clock.due}
        return [Obstacle("too_early", words)]
    return []
