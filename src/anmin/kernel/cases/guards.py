"""What stands in the way of a step (环节前置条件): the same answer for the button, the action and the message.

The database asks the same questions again in a trigger, so that nothing but a lawful step can move a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.access.roles import roles
from anmin.kernel.cases.clocks import Clock
from anmin.kernel.cases.parties import APPLY
from anmin.kernel.cases.procedures import Procedure, Transition

TWO = 2  # 民发〔2021〕57号: a survey is made by two people at least


@dataclass(frozen=True)
class Taken:
    """One step already taken, as guards need it."""

    number: int
    action: str
    takers: frozenset[int]
    publicity: str = ""


@dataclass(frozen=True)
class Attempt:
    """A step somebody is about to take.

    `powers` are what the taker may do there, None where only the ways hold back. `related` are members of staff who are
    near relatives of the family; `undecided` the titles of facts on which sides differ and nobody has said what counts;
    `unsettled` what the books of money have to say first, by step.
    """

    action: str
    on: date
    takers: frozenset[int] = frozenset()
    is_person: bool = True
    reason: str = ""
    has_decision: bool = False
    powers: frozenset[str] | None = None
    related: frozenset[int] = frozenset()
    causes: frozenset[str] = frozenset()
    undecided: tuple[str, ...] = ()
    earlier: frozenset[tuple[str, int]] = frozenset()
    unsettled: Mapping[str, str] = field(default_factory=dict)


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
    found = []
    if step.who and attempt.powers is not None and not attempt.powers & set(step.who):
        words = _("“%(step)s”由%(who)s办理，您的岗位没有这项权限") % {
            "step": step.title,
            "who": roles_with(step.who),
        }
        found.append(Obstacle("no_power", words))
    found += [
        Obstacle("step_missing", _("请先完成“%(step)s”") % {"step": title_of(procedure, action)})
        for action in missing_steps(step, taken, attempt.causes)
    ]
    if step.action in attempt.unsettled:
        found.append(Obstacle("books", attempt.unsettled[step.action]))
    found += _eyes(procedure, step, attempt, taken)
    if step.publicity and last_publicity(taken) != step.publicity:
        words = (
            _("审核意见不涉及公示的待遇，不公示，请直接上报")
            if step.publicity == "due"
            else _("审核意见涉及的待遇须先公示期满")
        )
        found.append(Obstacle("publicity", words))
    if step.decides and attempt.undecided:
        words = _("还有 %(count)s 项不一致没有认定：%(what)s") % {
            "count": len(attempt.undecided),
            "what": "、".join(attempt.undecided[:5]),
        }
        found.append(Obstacle("discrepancy", words))
    if step.not_before:
        found += _too_early(procedure, step, attempt.on, clocks)
    if step.needs_person and not attempt.is_person:
        found.append(Obstacle("needs_person", _("决定只能由工作人员作出，系统不能自动办理")))
    if step.reason and not attempt.reason.strip():
        found.append(Obstacle("needs_reason", _("请写明理由")))
    if step.decides and not attempt.has_decision:
        found.append(Obstacle("needs_decision", _("请先形成决定：结论、金额和依据")))
    return found


def _eyes(procedure: Procedure, step: Transition, attempt: Attempt, taken: Sequence[Taken]) -> list[Obstacle]:
    """Two people where two are due, another person where another is due, no relative of the family."""
    found = []
    before = taken_by(step.other_than, taken) | {
        who for what, who in attempt.earlier if what in step.other_than
    }
    if same := sorted(before & attempt.takers):
        done = "、".join(
            title_of(procedure, a, _("原来的办理"))
            for a in step.other_than
            if (taken_by([a], taken) | {who for what, who in attempt.earlier if what == a}) & set(same)
        )
        found.append(
            Obstacle("same_person", _("您办过本件的“%(done)s”，这一环节须由另一人办理") % {"done": done})
        )
    if step.second and len(attempt.takers) < TWO:
        words = _("“%(step)s”须由两名工作人员一起办理，请选同行人员") % {"step": step.title}
        found.append(Obstacle("needs_second", words))
    if (step.needs_person or step.second) and attempt.takers & attempt.related:
        words = _("办理人是申请家庭的近亲属，须回避，请换一名工作人员")
        found.append(Obstacle("relative", words))
    return found


def missing_steps(step: Transition, taken: Iterable[Taken], causes: Iterable[str] = frozenset()) -> list[str]:
    """The steps that must come first and have not been taken since the last of `since`."""
    rows = list(taken)
    anchor = max((row.number for row in rows if row.action in step.since), default=0)
    done = {row.action for row in rows if row.number >= anchor}
    wanted = [*step.after, *(action for cause, action in step.when.items() if cause in set(causes))]
    return [action for action in wanted if action not in done]


def last_publicity(taken: Iterable[Taken]) -> str:
    """Whether publicity is due by the last opinion: `due`, `not_due`, or nothing where none was given yet."""
    return next((row.publicity for row in reversed(list(taken)) if row.publicity), "")


def roles_with(powers: Iterable[str]) -> str:
    """The titles of the roles that have one of some powers, for messages."""
    wanted = set(powers)
    titles = [role.title for role in roles().values() if role.powers & wanted]
    return "、".join(([_("申请人")] if APPLY in wanted else []) + titles)


def taken_by(actions: Iterable[str], taken: Iterable[Taken]) -> set[int]:
    """Everybody who took one of some steps."""
    wanted = set(actions)
    return {taker for row in taken if row.action in wanted for taker in row.takers}


def title_of(procedure: Procedure, action: str, otherwise: str = "") -> str:
    """What a step is called; something else for one of another procedure."""
    return next((step.title for step in procedure.transitions if step.action == action), otherwise or action)


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
