"""Which benefits are due for review, and what a family's facts now come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.matters import REVIEW, matter_about, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import may_begin
from anmin.kernel.cases.verification.queries import result_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import entitlements, paying
from anmin.kernel.entitlements.years import is_yearly
from anmin.lib.calendar import add_months


def due_for_review(reader: Reader, on: date) -> QuerySet[Entitlement]:
    """Benefits whose review is due on a day and is not under way (到期复核), the most overdue first."""
    under_way = Case.objects.filter(entitlement=OuterRef("pk"), closed_on__isnull=True)
    rows = entitlements(reader).filter(review_due__lte=on).exclude(state=Entitlement.State.ENDED)
    return rows.filter(~Exists(under_way)).order_by("review_due", "pk")


def may_review(reader: Reader, entitlement: Entitlement, on: date) -> bool:
    """Whether the reader's post starts the review of a benefit: its procedure says whose it is."""
    matter = matter_about(REVIEW, [entitlement.benefit], entitlement.division, on)
    procedure = procedure_for(matter, entitlement.division, on)
    return may_begin(reader, procedure, "start", entitlement.division)


@dataclass(frozen=True)
class Outlook:
    """What a review comes to (复核结论): fen a month now and by the facts, and which decision that asks for.

    Of a benefit paid by the year (`is_yearly`) both are the year's. `outcome` is keep, change, reduce or stop, the last
    where the facts give nothing any more.
    """

    before: int
    after: int
    outcome: str
    is_yearly: bool = False

    @property
    def difference(self) -> int:
        """Fen a period more, or less."""
        return self.after - self.before


def outlook(case: Case, *, on: date) -> Outlook:
    """What the facts of a review come to for its benefit; raises PolicyError where a rate or fact is missing."""
    entitlement = case.entitlement
    if entitlement is None:
        raise ValueError("the case is about no benefit")
    month = add_months(on.replace(day=1), 1)
    held = paying(entitlement, month)
    before, yearly = held.fen if held is not None else 0, is_yearly(entitlement.benefit)
    claims = result_of(case, on=on).claims
    mine = [
        one
        for one in claims
        if one.benefit.key == entitlement.benefit and one.member in (None, entitlement.person_id)
    ]
    if not mine:
        return Outlook(before, 0, "stop", yearly)
    after = mine[0].fen
    return Outlook(
        before, after, "keep" if after == before else "change" if after > before else "reduce", yearly
    )
