"""A claim from report to closure: papers complete, accepted, surveyed, decided by the terms, paid as decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Sum

from anmin.domains.elderly.insurance.payouts import Loss, Payout, Terms, payout
from anmin.domains.elderly.powers import DECIDE, WRITE
from anmin.domains.elderly.registers.insurance import CLAIMS, InsuranceClaim, InsuredElder
from anmin.domains.elderly.steps import step
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Procedure, declared


def is_insured(values: Mapping[str, Any], claim: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """The person is on the list of the policy year."""
    if not InsuredElder.objects.filter(person=claim.person_id, policy=claim.policy_id).exists():
        yield Trouble("", "uninsured", "这位老人不在这个保单年度的参保名单里；请核对名单。")


def measure_is_known(values: Mapping[str, Any], claim: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """What the kind of claim is measured by has been given."""
    if claim.kind == "disability" and claim.grade is None:
        yield Trouble("", "grade", "伤残案件要先更正登记，填伤残等级。")
    if claim.kind == "medical" and not claim.cost_fen:
        yield Trouble("", "cost", "医疗案件要先更正登记，填医疗费用。")


def reckoned(claim: Any) -> Payout:
    """What the terms pay, with what the same accident or limit has paid already taken off."""
    terms = claim.policy
    kinds = ("death", "disability") if claim.kind in ("death", "disability") else (claim.kind,)
    paid = (
        InsuranceClaim.objects.filter(
            person=claim.person_id,
            policy=claim.policy_id,
            kind__in=kinds,
            state__in=("approved", "paid", "closed"),
        )
        .exclude(pk=claim.pk)
        .aggregate(fen=Sum("payout_fen"))["fen"]
        or 0
    )
    loss = Loss(
        claim.kind,
        claim.happened_on,
        claim.happened_in,
        grade=claim.grade or 0,
        cost_fen=claim.cost_fen,
        other_fen=claim.other_fen,
        came_on=claim.came_on,
    )
    return payout(
        Terms(
            terms.first_day,
            terms.last_day or terms.first_day.replace(month=12, day=31),
            terms.area,
            death_fen=terms.death_fen,
            disability_fen=terms.disability_fen,
            fracture_fen=terms.fracture_fen,
            medical_fen=terms.medical_fen,
            medical_bp=terms.medical_bp,
            deductible_fen=terms.deductible_fen,
        ),
        loss,
        paid,
    )


def pays_something(values: Mapping[str, Any], claim: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """The terms pay something; otherwise the refusal says why not."""
    due = reckoned(claim)
    if due.is_refused or not due.fen:
        yield Trouble("", "nothing_due", f"按条款不赔：{due.because}。请办“不予赔付”。")


def approved(claim: Any, by: Reader, on: date) -> dict[str, Any]:
    """The sum that the terms pay."""
    due = reckoned(claim)
    return {"payout_fen": due.fen, "because": due.because, "decided_on": on}


def refused(claim: Any, by: Reader, on: date) -> dict[str, Any]:
    """Nothing, and why by the terms."""
    return {"payout_fen": 0, "because": reckoned(claim).because, "decided_on": on}


def paid_as_decided(values: Mapping[str, Any], claim: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Paid is what was decided, not before the decision and not tomorrow."""
    if values["paid_fen"] != claim.payout_fen:
        yield Trouble("paid_fen", "sum", "支付金额要等于核定金额；不等的请先查清。")
    if not claim.decided_on <= values["paid_on"] <= on:
        yield Trouble("paid_on", "day", "支付日期要在核定之后、今天或以前。")


def accepted_today(claim: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of acceptance."""
    return {"accepted_on": on}


CLAIM_WAY = declared(
    Procedure(
        CLAIMS,
        (
            step(
                "complete",
                "材料齐全",
                "Papers complete",
                ("reported",),
                "complete",
                WRITE,
                guards=(measure_is_known,),
            ),
            step(
                "accept",
                "受理",
                "Accept",
                ("complete",),
                "accepted",
                WRITE,
                guards=(is_insured,),
                sets=accepted_today,
            ),
            step("survey", "查勘", "Survey", ("accepted",), "surveyed", WRITE, needs=("survey",)),
            step(
                "approve",
                "同意赔付",
                "Approve",
                ("surveyed",),
                "approved",
                DECIDE,
                guards=(pays_something,),
                sets=approved,
                other_than=("survey",),
            ),
            step(
                "refuse",
                "不予赔付",
                "Refuse",
                ("complete", "accepted", "surveyed"),
                "refused",
                DECIDE,
                sets=refused,
                reason=True,
                other_than=("survey",),
            ),
            step(
                "pay",
                "登记支付",
                "Note the payment",
                ("approved",),
                "paid",
                WRITE,
                needs=("paid_on", "paid_fen"),
                guards=(paid_as_decided,),
                other_than=("approve",),
            ),
            step("close", "结案", "Close", ("paid", "refused"), "closed", WRITE, ends=True),
        ),
    )
)
