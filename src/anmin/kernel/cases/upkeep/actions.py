"""Open a review, keep a benefit as it is, change, fade, suspend, resume or stop it, and claim back what was overpaid."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import Opening, StepRefused, open_case, take_step
from anmin.kernel.cases.deciding.actions import about, deciding_person
from anmin.kernel.cases.deciding.against import text_against
from anmin.kernel.cases.deciding.granting import review_class_of, review_due
from anmin.kernel.cases.deciding.proposal import names_in
from anmin.kernel.cases.deciding.sentences import not_eligible
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.intake.actions import number_for
from anmin.kernel.cases.intake.models import CaseMember
from anmin.kernel.cases.matters import REVIEW, matter_about, procedure_for
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.reserve.limits import as_whole
from anmin.kernel.cases.takeover.queries import class_of
from anmin.kernel.cases.transferring.actions import carry
from anmin.kernel.cases.upkeep.queries import Outlook, outlook
from anmin.kernel.cases.upkeep.telling import sentence_of_change, sentence_of_recovery, whose_benefit
from anmin.kernel.cases.verification.queries import result_of
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.grounds import NO_GROUNDS, Grounds, ground
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import amount_in, paying
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery.claims.actions import Hearing, claim
from anmin.kernel.people.models import Membership
from anmin.kernel.people.queries import in_force
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError


@transaction.atomic
def open_upkeep(
    *,
    by: Any,
    entitlement: Entitlement,
    on: date,
    matter: str = REVIEW,
    channel: str = "found",
    reason: str = "",
) -> Case:
    """Open a case about a running benefit (复核、变更、追回): what was adopted last time is what the family declares now.

    Anybody may open one, the system too; it decides nothing. `matter` is the common one, such as `review`: where the line
    of business of the benefit has its own, that one is taken.

    Raises:
        StepRefused: when a case about the benefit is under way.
    """
    matter = matter_about(matter, [entitlement.benefit], entitlement.division, on)
    if Case.objects.filter(entitlement=entitlement, matter=matter, closed_on__isnull=True).exists():
        raise StepRefused([Obstacle("under_way", _("这项待遇已有一件在办，请在那件里办理"))])
    before = Case.objects.filter(number=entitlement.begun_by.case_number).first()
    head = Membership.objects.filter(in_force(on), household=entitlement.household, is_head=True).first()
    applicant: int | None = entitlement.person_id
    if applicant is None:
        applicant = (
            head.person_id if head is not None else before.applicant_id if before is not None else None
        )
    if applicant is None:
        raise StepRefused([Obstacle("no_head", _("这一户没有登记户主，请先登记户主再复核"))])
    procedure = procedure_for(matter, entitlement.division, on)
    opening = Opening(
        number=number_for(matter, entitlement.division, on),
        division=entitlement.division,
        household_id=entitlement.household_id,
        applicant_id=applicant,
        channel=channel,
        entitlement=entitlement,
        level=entitlement.level,
    )
    form = {
        "why": reason,
        "review_class": before.form.get("review_class", "A") if before else class_of(entitlement),
    }
    case = open_case(by=by, procedure=procedure, opening=opening, on=on, form=form)
    if before is not None:
        carry(before, case, on)
        for row in case.facts.all():
            row.declared = row.adopted if row.adopted is not None else row.declared
            row.checked, row.checked_on, row.checked_source = None, None, ""
            row.seen, row.seen_on, row.seen_by = None, None, None
            row.adopted, row.basis, row.reason, row.adopted_by = None, "", "", None
            row.save()
    else:
        members = Membership.objects.filter(in_force(on), household=entitlement.household, is_double=False)
        CaseMember.objects.bulk_create(
            CaseMember(case=case, person_id=row.person_id, relation=row.relation, position=at)
            for at, row in enumerate(members.order_by("-is_head", "relation", "pk"))
        )
    return case


@transaction.atomic
def keep(*, by: Any, case: Case, on: date, seen: int, reason: str = "") -> Step:
    """Find that nothing changed (复核无变化): the benefit goes on, and the next review is set by class.

    Raises:
        StepRefused: where the facts come to something else; that is decided, not passed over.
    """
    found = outlook(case, on=on)
    if found.outcome != "keep":
        words = _("按复核认定的情况，待遇应由 %(before)s 元变为 %(after)s 元，请提出变动意见") % {
            "before": f"{found.before / 100:,.2f}",
            "after": f"{found.after / 100:,.2f}",
        }
        raise StepRefused([Obstacle("changed", words)])
    step = take_step(by=by, case=case, action="keep", on=on, seen=seen, reason=reason)
    row = Entitlement.objects.select_for_update().get(cases=case)
    row.review_due = review_due(procedure_of(case), review_class_of(case), on)
    row.save(update_fields=["review_due"])
    after = {"review_due": row.review_due}
    audit.record(by=signature(by), act="cases.keep_benefit", subject=row, after=after, division=row.division)
    return step


@transaction.atomic
def decide_change(
    *,
    by: Any,
    case: Case,
    outcome: str,
    on: date,
    seen: int,
    reason: str,
    first_month: date | None = None,
) -> Decision:
    """Decide on a running benefit (变更、减发、渐退、暂停、恢复、停发), from the month after unless said otherwise.

    `outcome` is the step: change, reduce, fade, suspend, resume or stop. What the rules make of the facts is the new
    amount; a stop that no rule calculates, such as a death or a wish, rests on its reason.

    Raises:
        StepRefused: also where the facts come to another outcome than the one chosen.
    """
    row = (
        Case.objects.select_for_update(of=("self",))
        .select_related("procedure", "entitlement")
        .get(pk=case.pk)
    )
    user = deciding_person(by, row, outcome, on, reason)
    entitlement = row.entitlement
    if entitlement is None:
        raise StepRefused([Obstacle("no_benefit", _("本件没有关联待遇，不能作待遇变动"))])
    month = first_month or add_months(on.replace(day=1), 1)
    found = _outlook(row, outcome, on)
    if found is not None and outcome in ("change", "reduce") and found.outcome != outcome:
        words = _("按已认定的情况应为 %(after)s 元（现 %(before)s 元），与所选的变动不符") % {
            "before": f"{found.before / 100:,.2f}",
            "after": f"{found.after / 100:,.2f}",
        }
        raise StepRefused([Obstacle("other_outcome", words)])
    held = paying(entitlement, month)
    fen = _fen_after(row, outcome, found.after if found else 0, held.fen if held else 0, on)
    decision = entitlements.decide(
        by=user,
        outcome="change" if outcome == "fade" else outcome,
        benefit=entitlement.benefit,
        person=entitlement.person,
        amount=fen,
        grounds=_grounds(row, on) if found is not None else NO_GROUNDS,
        reason=_told(row, outcome, held.fen if held else 0, fen, month, reason, on),
        law=procedure_of(row).law,
        **about(row, on),
    )
    take_step(by=by, case=row, action=outcome, on=on, seen=seen, reason=reason, decision=decision)
    try:
        _carry_out(user, row, decision, outcome, month, fen, on)
    except entitlements.EntitlementProblem as problem:
        raise StepRefused([Obstacle("cannot_change", str(problem))]) from problem
    return decision


def _carry_out(
    by: Any, case: Case, decision: Decision, outcome: str, month: date, fen: int, on: date
) -> None:
    given: dict[str, Any] = {"by": by, "decision": decision, "entitlement": case.entitlement}
    if outcome in ("change", "reduce"):
        entitlements.change_amount(**given, first_month=month, fen=fen)
    elif outcome == "fade":
        months = as_whole(result_of(case, on=on).outcome.rates["fade_months"].value(0))
        entitlements.fade(
            **given,
            first_month=month,
            last_month=add_months(month, months - 1),
            fen=fen,
        )
    elif outcome == "suspend":
        entitlements.suspend(**given, first_month=month)
    elif outcome == "resume":
        entitlements.resume(**given, first_month=month, fen=fen)
    else:
        entitlements.end(**given, first_month=month)


def _fen_after(case: Case, outcome: str, by_rules: int, held: int, on: date) -> int:
    if outcome in ("suspend", "stop"):
        return 0
    if outcome != "fade":
        return by_rules
    values: dict[tuple[int | None, str], int] = {
        (None, "previous_dibao_month"): held,
        (None, "fade_first_day"): int(add_months(on.replace(day=1), 1).strftime("%Y%m%d")),
    }
    later = add_months(on.replace(day=1), 1)
    claims = result_of(case, on=later, instead=values).claims
    fading = [one.fen for one in claims if one.benefit.key.endswith("/fade_out")]
    if not fading:
        raise StepRefused(
            [Obstacle("no_fading", _("不符合渐退条件：渐退只适用于成员就业后收入超过标准的家庭"))]
        )
    return fading[0]


def _outlook(case: Case, outcome: str, on: date) -> Outlook | None:
    """What the rules say of a change; of a stop only where they too give nothing any more: a death needs no income."""
    if outcome in ("change", "reduce", "fade", "resume"):
        return outlook(case, on=on)
    if outcome != "stop":
        return None
    try:
        found = outlook(case, on=on)
    except PolicyError:
        return None
    return found if found.outcome == "stop" else None


def _told(case: Case, outcome: str, before: int, after: int, month: date, reason: str, on: date) -> str:
    """The text of the decision: what changes from when, why by numbers where the rules stop it, and how to appeal."""
    assert case.entitlement is not None
    paid = month > case.entitlement.first_day
    whose = whose_benefit(case, on)
    sentence = sentence_of_change(
        outcome, case.entitlement.benefit, whose, before, after, month, has_begun=paid
    )
    law = ""
    if outcome not in Decision.ADVERSE:
        return "\n".join(part for part in (sentence, reason.strip()) if part)
    if outcome == "stop" and _outlook(case, outcome, on) is not None:
        result = result_of(case, on=on)
        why, law = not_eligible([case.entitlement.benefit], result, case.applicant_id, names_in(case))
        sentence += why
    return text_against(case, sentence, law=law or procedure_of(case).law, reason=reason, on=on)


def _grounds(case: Case, on: date) -> Grounds:
    result = result_of(case, on=on)
    return ground(result.outcome, result.persons)


def overpaid(entitlement: Entitlement, first_month: date, last_month: date, due_fen: int) -> int:
    """Fen that the amounts on the books exceeded what was due, over months (多发金额); never negative."""
    total, month = 0, first_month
    while month <= last_month:
        held = amount_in(entitlement, month)
        total += max((held.fen if held is not None else 0) - due_fen, 0)
        month = add_months(month, 1)
    return total


@transaction.atomic
def claim_back(
    *,
    by: Any,
    case: Case,
    fen: int,
    on: date,
    seen: int,
    reason: str,
    first_month: date | None = None,
    last_month: date | None = None,
) -> Decision:
    """Decide that something is claimed back (追回), how much and for which months; the notice goes out with it.

    From then on it is owed and stands in the books: the recovery of payments bears the case's number.

    Raises:
        StepRefused: also where the books show less overpaid than is claimed.
    """
    row = (
        Case.objects.select_for_update(of=("self",))
        .select_related("procedure", "entitlement")
        .get(pk=case.pk)
    )
    user = deciding_person(by, row, "claim_back", on, reason)
    if fen <= 0:
        raise StepRefused([Obstacle("nothing_due", _("追回金额须大于 0"))])
    if first_month is not None and last_month is not None and last_month < first_month:
        raise StepRefused([Obstacle("months", _("多发的最后一个月不能早于第一个月"))])
    benefit = row.entitlement.benefit if row.entitlement else ""
    sentence = sentence_of_recovery(benefit, whose_benefit(row, on), fen, first_month, last_month)
    decision = entitlements.decide(
        by=user,
        outcome="recover",
        benefit=benefit,
        amount=fen,
        grounds=NO_GROUNDS,
        reason=text_against(row, sentence, law=procedure_of(row).law, reason=reason, on=on),
        law=procedure_of(row).law,
        **about(row, on),
    )
    months = {
        name: f"{day:%Y-%m}"
        for name, day in (("first_month", first_month), ("last_month", last_month))
        if day is not None
    }
    take_step(
        by=by,
        case=row,
        action="claim_back",
        on=on,
        seen=seen,
        reason=reason,
        decision=decision,
        details=months,
    )
    if row.entitlement is not None:
        told = row.steps.filter(action="tell").order_by("-number").first()
        hearing = Hearing(told.on if told else on, told.reason if told else "")
        try:
            claim(
                by=user,
                decision=decision,
                entitlement=row.entitlement,
                hearing=hearing,
                on=on,
                first_month=first_month,
                last_month=last_month,
            )
        except PaymentProblem as problem:
            raise StepRefused([Obstacle(problem.code, str(problem))]) from problem
    return decision
