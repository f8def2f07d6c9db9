"""What a family gets and why, and what was refused and how to appeal, in plain words (我的待遇、不予确认)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.own.road import own_cases
from anmin.kernel.entitlements.grounds import outcome_of, place_of
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import Paying, paying, title_of_benefit, why
from anmin.kernel.people.models import Membership
from anmin.kernel.people.queries import in_force
from anmin.kernel.people.residents.queries import Resident
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.explain import Explanation, Line
from anmin.policy.phrases import CHINESE, Words

APPEAL_DAYS = 60
"""Days for an administrative review from the day one learns of the decision (行政复议法 §20)."""
MONTHS = 12


@dataclass(frozen=True)
class Benefit:
    """One benefit that runs or ran: fen this month or, `is_yearly`, this year, the decision that set it, from when until when.

    `month` is when a year's sum is due next, or the first month of a monthly sum that has not begun.
    """

    row: Entitlement
    title: str
    fen: int | None
    decision: Decision
    is_running: bool
    whose: str
    is_yearly: bool = False
    month: date | None = None


@dataclass(frozen=True)
class Sum:
    """One line of a calculation in plain words: what, how much (as people read it), by which article."""

    title: str
    shown: str
    law: str


@dataclass(frozen=True)
class Refusal:
    """A decision against the family: its first sentence, the reason in own words, the figures, how to appeal."""

    decision: Decision
    case: Case | None
    first: str
    reason: str
    per_head: int | None
    standard: int | None
    law: str
    appeal_until: date


def own_benefits(resident: Resident) -> list[Benefit]:
    """The benefits of the own household and of those who let one see their money; running ones first."""
    persons = resident.own("money")
    homes = Membership.objects.filter(in_force(resident.on), person__in=persons, is_double=False)
    rows = Entitlement.objects.filter(
        Q(person__in=persons) | Q(person__isnull=True, household__in=homes.values("household"))
    )
    month = resident.on.replace(day=1)
    found = []
    for row in rows.select_related("person", "begun_by", "changed_by", "ended_by").order_by(
        "-first_day", "-pk"
    ):
        amount = paying(row, month) or _to_come(row, month)
        runs = row.state != Entitlement.State.ENDED and (row.last_day is None or row.last_day >= resident.on)
        decision = amount.decision if amount is not None else row.changed_by or row.begun_by
        found.append(
            Benefit(
                row,
                title_of_benefit(row.benefit),
                amount.fen if amount is not None else None,
                decision,
                runs,
                row.person.name if row.person is not None else "",
                is_yearly=amount is not None and amount.is_yearly,
                month=amount.month if amount is not None else None,
            )
        )
    return sorted(found, key=lambda one: not one.is_running)


def _to_come(row: Entitlement, month: date) -> Paying | None:
    """What a benefit that was granted will pay by the month, and from when."""
    first = (
        row.amounts.filter(first_month__gt=month).select_related("decision").order_by("first_month").first()
    )
    return None if first is None else Paying(first.fen, first.decision, month=first.first_month)


def own_benefit(resident: Resident, number: int) -> Benefit | None:
    """One of them, or None."""
    return next((one for one in own_benefits(resident) if one.row.pk == number), None)


def sums_of(decision: Decision, words: Words = CHINESE) -> tuple[list[Sum], Explanation | None]:
    """The figures that the decided amount was calculated from, in the order of the calculation."""
    benefit = rulebook().benefits.get(decision.benefit)
    name = (benefit.amount or benefit.eligible) if benefit is not None else None
    if benefit is None or name is None:
        return [], None
    try:
        found = why(decision, name, None if benefit.unit == "household" else place_of(decision), words)
    except KeyError:
        return [], None
    if found is None:
        return [], None
    last = next((line for line in reversed(found.lines) if line.name == found.name), None)
    rows = [] if last is None else [Sum(one.title, one.shown, one.law) for one in last.operands if one.value]
    return rows, found


def refusals(resident: Resident) -> list[Refusal]:
    """Everything decided against the family, newest first."""
    cases = {row.number: row for row in own_cases(resident)}
    rows = Decision.objects.filter(case_number__in=list(cases), outcome__in=Decision.ADVERSE).order_by(
        "-on", "-pk"
    )
    return [_refusal(row, cases.get(row.case_number)) for row in rows]


def refusal_of(case: Case) -> Refusal | None:
    """What was decided against the family in one case, the last of it; None where nothing was."""
    row = (
        Decision.objects.filter(case_number=case.number, outcome__in=Decision.ADVERSE).order_by("-pk").first()
    )
    return _refusal(row, case) if row is not None else None


def is_decided(case: Case) -> bool:
    """Whether anything was decided in a case, for or against the family."""
    return Decision.objects.filter(case_number=case.number).exists()


def _refusal(row: Decision, case: Case | None) -> Refusal:
    lines = [line for line in row.reason.split("\n") if line.strip()]
    told = None
    if case is not None:
        clock = case.clocks.filter(key="tell").order_by("-round").first()
        told = clock.due if clock is not None else None
    per_head, standard, law = _figures(row)
    return Refusal(
        row,
        case,
        lines[0] if lines else "",
        "\n".join(lines[1:-1]) if len(lines) > 2 else "",
        per_head,
        standard,
        law or row.law,
        max(row.on, told or row.on) + timedelta(APPEAL_DAYS) if told else row.on + timedelta(APPEAL_DAYS),
    )


def _figures(row: Decision) -> tuple[int | None, int | None, str]:
    """Income a head a month and the standard, both in fen, from the frozen facts; nothing where none was calculated."""
    outcome = outcome_of(row)
    if outcome is None:
        return None, None, ""
    try:
        finding = outcome.finding("income_below_dibao")
    except KeyError:
        return None, None, ""
    inputs = finding.inputs
    income, members = inputs.get("counted_income_year"), inputs.get("members")
    standard = inputs.get("dibao_standard")
    if not isinstance(income, int) or not members or not isinstance(standard, int):
        return None, None, ""
    return income // (MONTHS * int(members)), standard, finding.rule.law


__all__ = [
    "Benefit",
    "Line",
    "Refusal",
    "Sum",
    "is_decided",
    "own_benefit",
    "own_benefits",
    "refusal_of",
    "refusals",
    "sums_of",
]
