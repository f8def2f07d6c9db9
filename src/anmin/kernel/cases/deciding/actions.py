"""Give an opinion, confirm, refuse, end, send back: the steps in which somebody judges a family's case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import user_of
from anmin.kernel.cases.actions import StepRefused, assign, take_step
from anmin.kernel.cases.deciding.against import text_against
from anmin.kernel.cases.deciding.granting import begin_benefits
from anmin.kernel.cases.deciding.proposal import layer_of, proposal_of, refusal_text
from anmin.kernel.cases.guards import Obstacle, obstacles
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import attempt_of, clocks_of, procedure_of, steps_taken
from anmin.kernel.cases.verification.evidence import undecided_titles
from anmin.kernel.cases.verification.queries import counting_values
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.grounds import NO_GROUNDS, ground
from anmin.kernel.entitlements.models import Decision


@dataclass(frozen=True)
class Point:
    """One thing to be mended, as somebody who sends a case back points it out: a fact, a material or a step."""

    what: str
    words: str
    person: int | None = None


@transaction.atomic
def opine(*, by: Any, case: Case, on: date, seen: int, reason: str = "", again: bool = False) -> Step:
    """Give the opinion (提出审核意见): the layer, the benefits and the amount that the rules make of the facts.

    Raises:
        StepRefused: also while a discrepancy is open.
        PolicyError: `rate_missing` or `fact_missing`; the message names who can supply it.
    """
    if open_titles := undecided_titles(case):
        raise StepRefused([_discrepancies(open_titles)])
    proposal = proposal_of(case, on=on)
    return take_step(
        by=by,
        case=case,
        action="opine_again" if again else "opine",
        on=on,
        seen=seen,
        reason=reason,
        details=proposal.as_details(),
    )


@transaction.atomic
def confirm(
    *, by: Any, case: Case, on: date, seen: int, reason: str = "", action: str = "confirm"
) -> Decision:
    """Confirm (确认): the decision with its grounds, the benefits and their dated amounts, in one transaction.

    Raises:
        StepRefused: naming everything in the way; nothing is written then.
    """
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    user = deciding_person(by, row, action, on, reason)
    proposal = proposal_of(row, on=on)
    if not proposal.is_grant:
        raise StepRefused(
            [Obstacle("not_eligible", _("按已认定的情况不符合条件，不能确认；请不予确认，或转其他类别"))]
        )
    if (last := _opinion_of(row)) and last["claims"] != proposal.as_details()["claims"]:
        words = _("情况在提出意见之后有变化，公示的不是现在的结果；请退回重新提出意见")
        raise StepRefused([Obstacle("opinion_outdated", words)])
    principal = min(proposal.claims, key=lambda one: one.benefit.rank)
    decision = entitlements.decide(
        by=user,
        outcome="grant",
        grounds=ground(proposal.result.outcome, proposal.result.persons),
        benefit=principal.benefit.key,
        layer=layer_of(proposal.result),
        amount=sum(one.fen for one in proposal.claims),
        reason=reason,
        law=principal.benefit.law,
        is_public=proposal.publicity == "due",
        **about(row, on),
    )
    take_step(by=by, case=row, action=action, on=on, seen=seen, reason=reason, decision=decision)
    begin_benefits(by=user, case=row, decision=decision, claims=proposal.claims, on=on)
    return decision


@transaction.atomic
def refuse(*, by: Any, case: Case, on: date, seen: int, reason: str) -> Decision:
    """Refuse (不予确认): the text begins with the sentence with numbers and ends with how and where to appeal.

    Raises:
        StepRefused: also where the facts give the benefit: what the rules grant is not refused by a click.
    """
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    user = deciding_person(by, row, "refuse", on, reason)
    proposal = proposal_of(row, on=on)
    if proposal.is_grant:
        words = _("按已认定的情况符合条件：%(line)s。不能直接不予确认；认为事实不对的，请退回重新调查") % {
            "line": proposal.result.line()
        }
        raise StepRefused([Obstacle("eligible", words)])
    decision = entitlements.decide(
        by=user,
        outcome="refuse",
        grounds=ground(proposal.result.outcome, proposal.result.persons),
        layer=layer_of(proposal.result),
        reason=refusal_text(row, proposal.result, reason, on),
        law=proposal.law,
        **about(row, on),
    )
    take_step(by=by, case=row, action="refuse", on=on, seen=seen, reason=reason, decision=decision)
    return decision


@transaction.atomic
def terminate(*, by: Any, case: Case, on: date, seen: int, reason: str) -> Decision:
    """End a case because the family does not cooperate (终止办理), for instance by refusing an authorisation."""
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    user = deciding_person(by, row, "terminate", on, reason)
    decision = entitlements.decide(
        by=user,
        outcome="terminate",
        grounds=NO_GROUNDS,
        reason=text_against(row, _("您的申请不再往下办。"), law=procedure_of(row).law, reason=reason, on=on),
        law=procedure_of(row).law,
        **about(row, on),
    )
    take_step(by=by, case=row, action="terminate", on=on, seen=seen, reason=reason, decision=decision)
    return decision


@transaction.atomic
def send_up(*, by: Any, case: Case, on: date, seen: int) -> Step:
    """Pass a case on for confirmation (上报确认): after its publicity, or without one where none is due."""
    case.refresh_from_db()
    action = "send_up" if procedure_of(case).step(case.state, "send_up") else "send_up_unpublished"
    return take_step(by=by, case=case, action=action, on=on, seen=seen)


@transaction.atomic
def send_for_fixing(
    *, by: Any, case: Case, points: Sequence[Point], on: date, seen: int, to_field: bool = False
) -> Step:
    """Send a case back with what is to be mended, point by point (退回补正、退回重新调查).

    What every fact said is kept with the step, so that the same reviewer sees only what changed.
    """
    if not points or not all(point.words.strip() for point in points):
        raise StepRefused([Obstacle("needs_reason", _("请逐条写明要补正什么"))])
    user = user_of(by)
    before = [
        [person, name, value] for (person, name), value in sorted(counting_values(case).items(), key=str)
    ]
    return take_step(
        by=by,
        case=case,
        action="return_to_field" if to_field else "return_for_fix",
        on=on,
        seen=seen,
        reason="；".join(point.words.strip() for point in points),
        details={
            "points": [
                {"what": point.what, "words": point.words.strip(), "person": point.person} for point in points
            ],
            "facts": before,
            "reviewer": user.pk if user is not None else None,
        },
    )


@transaction.atomic
def send_back(*, by: Any, case: Case, on: date, seen: int, reason: str = "") -> Step:
    """Send a mended case back to whoever sent it (补正后送回): the same reviewer gets it."""
    step = take_step(by=by, case=case, action="send_back", on=on, seen=seen, reason=reason)
    returned = case.steps.filter(action="return_for_fix").order_by("-number").first()
    reviewer = returned.details.get("reviewer") if returned is not None else None
    if reviewer is not None:
        assign(by=by, case=case, handler=User.objects.filter(pk=reviewer).first())
    return step


def deciding_person(by: Any, case: Case, action: str, on: date, reason: str) -> User:
    """The person who decides, after everything in the way was asked for; a decision is written only then."""
    attempt = attempt_of(case, by=by, action=action, on=on, reason=reason, has_decision=True)
    if found := obstacles(procedure_of(case), case.state, attempt, steps_taken(case), clocks_of(case)):
        raise StepRefused(found)
    user = user_of(by)
    if user is None:
        raise StepRefused([Obstacle("needs_person", _("决定只能由工作人员作出，系统不能自动办理"))])
    return user


def about(case: Case, on: date) -> dict[str, Any]:
    """What every decision of a case says of it."""
    return {
        "case_number": case.number,
        "matter": case.matter,
        "division": case.division,
        "level": case.level,
        "household": case.household,
        "on": on,
    }


def _opinion_of(case: Case) -> dict[str, Any]:
    row = case.steps.filter(details__has_key="claims").order_by("-number").first()
    return dict(row.details) if row is not None else {}


def _discrepancies(titles: Sequence[str]) -> Obstacle:
    words = _("还有 %(count)s 项不一致没有认定：%(what)s") % {
        "count": len(titles),
        "what": "、".join(titles[:5]),
    }
    return Obstacle("discrepancy", words)
