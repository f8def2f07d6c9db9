"""What a new standard makes of amounts that were decided before it (调标测算). Nothing is written here.

The facts are those that the decision behind each amount froze. Only an amount that its own decision still gives is
calculated anew: what somebody set by hand, what fades or is suspended, a person looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.access.scopes import range_of
from anmin.kernel.entitlements.grounds import household_of
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.benefits import Benefit
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Outcome, evaluate
from anmin.policy.plan import make_plan
from anmin.policy.rulebook import Rulebook


@dataclass(frozen=True)
class Piece:
    """Months that bring another amount: fen before and after, what it was calculated from, the decision behind it."""

    first_month: date
    last_month: date | None
    before: int
    after: int
    outcome: Outcome
    decision: Decision


@dataclass(frozen=True)
class Rerate:
    """One benefit: what rises, and what is left for a person with the reason."""

    entitlement: Entitlement
    rises: tuple[Piece, ...] = ()
    left: tuple[str, ...] = field(default=())

    @property
    def back_pay(self) -> int:
        """Fen more a month, of the last piece."""
        return self.rises[-1].after - self.rises[-1].before if self.rises else 0


def rerates(
    division: str, benefits: Sequence[str], first_month: date, after: int = 0, book: Rulebook | None = None
) -> Iterator[Rerate]:
    """Every benefit of a place whose amounts change from a month on, or cannot be calculated, in order of its key.

    Also benefits that have ended since: their months are still due. `after` goes on after a key; `book` holds standards
    that are only proposed.
    """
    low, high = range_of(division)
    rows = Entitlement.objects.filter(
        benefit__in=list(benefits), division__gte=low, division__lte=high, pk__gt=after
    )
    rows = rows.exclude(last_day__lt=first_month).order_by("pk")
    for row in rows.select_related("household", "person").iterator(chunk_size=500):
        found = rerate_of(row, first_month, book)
        if found.rises or found.left:
            yield found


def rerate_of(entitlement: Entitlement, first_month: date, book: Rulebook | None = None) -> Rerate:
    """What the standards of today, or of a book, make of one benefit from a month on."""
    book = book or rulebook()
    rises: list[Piece] = []
    left: list[str] = []
    rows = entitlement.amounts.exclude(last_month__lt=first_month).select_related("decision")
    for amount in rows.order_by("first_month"):
        told = _of_amount(book, entitlement, amount, max(first_month, amount.first_month), rises)
        if told:
            left.append(told)
    return Rerate(entitlement, tuple(rises), tuple(dict.fromkeys(left)))


def _of_amount(
    book: Rulebook, entitlement: Entitlement, amount: Amount, first: date, rises: list[Piece]
) -> str:
    if not amount.fen:
        return ""
    frozen = amount.decision
    benefit = book.benefits[entitlement.benefit]
    place = _place(benefit, entitlement, frozen)
    if _frozen(benefit, place, frozen) != amount.fen:
        return _("金额不是按规则算出的，请逐户复核")
    spans: list[tuple[date, date | None, Outcome]] = []
    for start, last in _spans(book, frozen, first, amount.last_month):
        try:
            now = _evaluated(book, frozen, start)
        except PolicyError as problem:
            return str(problem)
        if spans and spans[-1][2].rates == now.rates:  # a rate changed, but in another place
            spans[-1] = (spans[-1][0], last, spans[-1][2])
        else:
            spans.append((start, last, now))
    for start, last, now in spans:
        values = now.values if place is None else now.members[place]
        due = values.get(benefit.eligible) and values.get(str(benefit.amount))
        fen = int(due or 0)
        if fen > amount.fen:
            rises.append(Piece(start, last, amount.fen, fen, now, frozen))
        elif fen < amount.fen:
            return _("按新标准测算会降低，须按减发程序逐户决定")
    return ""


def _evaluated(book: Rulebook, frozen: Decision, month: date) -> Outcome:
    names = [name for name in frozen.facts["outputs"] if book.version(name, month) is not None]
    return evaluate(make_plan(book, month, names), household_of(frozen))


def _place(benefit: Benefit, entitlement: Entitlement, frozen: Decision) -> int | None:
    """Which member of the household a benefit is about; None for the household, -1 for nobody that was seen."""
    if benefit.unit == "household":
        return None
    persons = list(frozen.facts.get("persons", ()))
    return persons.index(entitlement.person_id) if entitlement.person_id in persons else -1


def _frozen(benefit: Benefit, place: int | None, frozen: Decision) -> int | None:
    """Fen as the decision itself found them; today's standards have no say in it."""
    for row in frozen.findings:
        if row["rule"] == benefit.amount and row["member"] == place:
            return int(row["result"])
    return None


def _spans(
    book: Rulebook, frozen: Decision, first: date, last: date | None
) -> Iterator[tuple[date, date | None]]:
    """The months of an amount cut where a rate that it rests on changes: a standard counts from the month it holds on the first of."""
    days = book.rates.change_days(frozen.rates)
    cuts = sorted(
        {
            month
            for day in days
            for month in [day if day.day == 1 else add_months(day.replace(day=1), 1)]
            if month > first and (last is None or month <= last)
        }
    )
    starts = [first, *cuts]
    for at, start in enumerate(starts):
        end = add_months(starts[at + 1], -1) if at + 1 < len(starts) else last
        yield start, end
