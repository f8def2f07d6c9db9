"""Benefits and decisions as a reader may see them: who has what, how much in a month, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.grounds import Replay, outcome_of, replay
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.entitlements.years import is_yearly, yearly_benefits
from anmin.kernel.people.models import Household, Person
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.explain import Explanation, explain
from anmin.policy.phrases import CHINESE, Words

__all__ = [
    "Replay",
    "amount_in",
    "benefits_of_runs",
    "decision_numbered",
    "decisions",
    "each_period",
    "entitlement_numbered",
    "entitlements",
    "paying",
    "replay",
    "roster",
    "running_of",
    "title_of_benefit",
    "why",
]


def entitlements(reader: Reader) -> QuerySet[Entitlement]:
    """Every benefit in the reader's divisions, newest first."""
    rows = Entitlement.objects.filter(reader.scope.q(), level__lte=reader.clearance)
    return rows.select_related("household", "person", "begun_by").order_by("-first_day", "-pk")


def entitlement_numbered(reader: Reader, number: int) -> Entitlement | None:
    """One benefit."""
    return entitlements(reader).filter(pk=number).first()


def running_of(household: Household, on: date, person: Person | None = None) -> QuerySet[Entitlement]:
    """The benefits of a household, or of one member, that have not ended on a day."""
    rows = Entitlement.objects.filter(household=household).exclude(state=Entitlement.State.ENDED)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on))
    return rows.filter(person=person) if person is not None else rows


def amount_in(entitlement: Entitlement, month: date) -> Amount | None:
    """What is due in a month, given by its first day, and by which decision; None where nothing is.

    Of a benefit that is paid by the year that is one month a year; `paying` says what it pays.
    """
    rows = entitlement.amounts.filter(Q(last_month__isnull=True) | Q(last_month__gte=month))
    return rows.filter(first_month__lte=month).select_related("decision").first()


@dataclass(frozen=True)
class Paying:
    """What a benefit pays: fen a month or, `is_yearly`, fen a year, due in `month`; `month` None where no year is ahead."""

    fen: int
    decision: Decision
    is_yearly: bool = False
    month: date | None = None


def paying(entitlement: Entitlement, month: date) -> Paying | None:
    """What a benefit pays in a month or, where it pays by the year, the next time from that month on, else the last time."""
    if not is_yearly(entitlement.benefit):
        held = amount_in(entitlement, month)
        return None if held is None else Paying(held.fen, held.decision)
    rows = entitlement.amounts.filter(year__isnull=False).select_related("decision")
    ahead = rows.filter(first_month__gte=month).order_by("first_month").first()
    row = ahead or rows.order_by("-first_month").first()
    if row is None:
        return None
    return Paying(row.fen, row.decision, True, None if ahead is None else ahead.first_month)


def roster(reader: Reader, benefit: str, month: date) -> QuerySet[Amount]:
    """The amounts of one benefit in a month within the reader's divisions: what payment starts from."""
    rows = Amount.objects.filter(
        Q(last_month__isnull=True) | Q(last_month__gte=month),
        first_month__lte=month,
        entitlement__in=entitlements(reader).filter(benefit=benefit),
    )
    return rows.select_related("entitlement__household", "entitlement__person", "decision")


def decisions(reader: Reader) -> QuerySet[Decision]:
    """Every decision in the reader's divisions, newest first."""
    rows = Decision.objects.filter(reader.scope.q(), level__lte=reader.clearance)
    return rows.select_related("household", "person", "decided_by").order_by("-on", "-pk")


def decision_numbered(reader: Reader, number: int) -> Decision | None:
    """One decision."""
    return decisions(reader).filter(pk=number).first()


def why(
    decision: Decision, name: str, member: int | None = None, words: Words = CHINESE
) -> Explanation | None:
    """Why a value of a decision came out as it did, from its frozen facts; None where no rule calculated it."""
    outcome = outcome_of(decision)
    return None if outcome is None else explain(outcome, name, member, words)


def benefits_of_runs() -> list[str]:
    """The benefits that the run of a month pays, by key: what is due every month, and what is due in one month of a year."""
    found = rulebook().benefits.items()
    monthly = [key for key, row in found if row.amount is not None and row.period == "month"]
    return sorted([*monthly, *yearly_benefits()])


def each_period(benefit: str) -> str:
    """How often a benefit pays, as one says it before an amount."""
    return _("每年") if is_yearly(benefit) else _("每月")


def title_of_benefit(key: str) -> str:
    """What a benefit is called."""
    found = rulebook().benefits.get(key)
    return found.title if found is not None else key
