"""From a decision to benefits with dated amounts (待遇起发), and to the day on which they are looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.queries import Claim
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import running_of
from anmin.kernel.people.models import Person
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError

REVIEW_MONTHS = {
    "A": 12,
    "B": 6,
    "C": 3,
}  # 民发〔2021〕57号 §31: A yearly, B half-yearly; C where a place has it


def first_month_of(procedure: Procedure, on: date) -> date:
    """The month from which something is paid: the one after the decision, or the decision's own (57号 §21)."""
    month = on.replace(day=1)
    return month if procedure.terms.get("pay_from") == "this_month" else add_months(month, 1)


def review_due(procedure: Procedure, review_class: str, on: date) -> date:
    """When a benefit is looked at again, by the class of the family (动态复核)."""
    months = {**REVIEW_MONTHS, **procedure.terms.get("review_months", {})}
    return add_months(on, int(months.get(review_class, REVIEW_MONTHS["A"])))


def begin_benefits(
    *, by: Any, case: Case, decision: Decision, claims: Iterable[Claim], on: date
) -> list[Entitlement]:
    """Begin what was granted. A benefit that runs already is not begun twice: that is a change, decided as such.

    Raises:
        StepRefused: naming the benefit that runs already, or the month of payment that its place has not said.
    """
    procedure = procedure_of(case)
    months = int(procedure.terms.get("valid_months", 0))
    begun = []
    for claim in claims:
        person = Person.objects.get(pk=claim.member) if claim.member is not None else None
        running = running_of(case.household, on, person).filter(benefit=claim.benefit.key)
        if running.exists():
            words = _("“%(what)s”正在享受，不能重复起发；待遇有变动的请走变更") % {
                "what": claim.benefit.title
            }
            raise StepRefused([Obstacle("runs_already", words)])
        first = first_month_of(procedure, on)
        once = claim.benefit.period == "once"
        last = first if once else add_months(first, months - 1) if months else None
        try:
            one = entitlements.begin(
                by=by,
                decision=decision,
                benefit=claim.benefit.key,
                first_month=first,
                fen=claim.fen,
                person=person,
                review_due=None if once else review_due(procedure, review_class_of(case), on),
                last_month=last,
            )
        except PolicyError as trouble:
            raise StepRefused([Obstacle("rate_missing", f"{trouble.what}。{trouble.todo}")]) from trouble
        except entitlements.EntitlementProblem as trouble:
            raise StepRefused([Obstacle("runs_already", str(trouble))]) from trouble
        begun.append(one)
    return begun


def review_class_of(case: Case) -> str:
    """The class by which a family is looked at again, as noted with the case; A where nobody noted one."""
    return str(case.form.get("review_class", "A"))
