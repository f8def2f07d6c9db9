"""What comes next in a case and what it lacks, from its procedure and the steps taken (下一步、缺什么)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anmin.kernel.cases.guards import Taken, last_publicity, missing_steps
from anmin.kernel.cases.parties import APPLY
from anmin.kernel.cases.procedures import Procedure, Transition


def next_step(
    procedure: Procedure,
    state: str,
    taken: Sequence[Taken],
    causes: Iterable[str] = (),
    *,
    lacks_papers: bool = False,
) -> Transition | None:
    """The step that leads on along the road; None at an end.

    Refusals, endings by the family and returns are never "next". Where the step that leads out of a state asks for
    another one first, that one is next.
    """
    roads = [step for step in procedure.steps_from(state) if _leads_on(procedure, state, step)]
    if not roads:
        return None
    publicity = last_publicity(taken)
    fitting = [step for step in roads if not step.publicity or step.publicity == publicity] or roads
    asking = [step for step in fitting if step.action == "ask_for_more"]
    if asking and lacks_papers:
        return asking[0]
    plain = [step for step in fitting if not step.reason] or fitting
    return _first_missing(procedure, state, plain[0], taken, set(causes))


def _leads_on(procedure: Procedure, state: str, step: Transition) -> bool:
    is_withdrawal = APPLY in step.who and procedure.states[step.target].is_end
    turns_back = step.action.startswith("return") or step.action in ("back", "object", "check_again")
    return step.target != state and not (step.adverse or is_withdrawal or turns_back)


def _first_missing(
    procedure: Procedure, state: str, step: Transition, taken: Sequence[Taken], causes: set[str]
) -> Transition:
    seen = {step.action}
    while missing := missing_steps(step, taken, causes):
        before = next((found for name in missing if (found := procedure.step(state, name))), None)
        if before is None or before.action in seen:
            break
        seen.add(before.action)
        step = before
    return step
