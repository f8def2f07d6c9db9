"""Decide that amounts rise with a standard (批量调标): one person, one document, a decision of its own for every benefit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.actions import EntitlementProblem, decide, raise_months
from anmin.kernel.entitlements.grounds import ground
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.rerating.effects import first_month, resting_on
from anmin.kernel.entitlements.rerating.queries import Rerate, rerate_of, rerates
from anmin.kernel.screening.rulebooks import rulebook
from anmin.kernel.screening.standards.models import StandardChange
from anmin.kernel.screening.standards.queries import entry_of
from anmin.lib.calendar import add_months

DECIDES = "case.confirm"
MATTER = "standard"
MOST_BACK = 24
"""Months that a standard may reach back; older ones are decided one by one."""


@dataclass(frozen=True)
class Rerated:
    """What was done: benefits whose amounts rose, fen more a month together, and what is left for a person."""

    number: int
    fen: int
    left: tuple[Rerate, ...]


def rerate(
    *, by: User, division: str, benefits: Sequence[str], first_month: date, document: str, law: str, on: date
) -> Rerated:
    """Let amounts rise from a month on by a document (按文件调标); months that were paid already get back pay by the next run.

    Every benefit is a transaction of its own, so that it can be gone on with: what has risen does not rise again.
    Nothing is lowered, and nothing that the rules do not give is touched.

    Raises:
        EntitlementProblem: without document, law or power, or for a month that is no first day or too long ago.
    """
    _may(by, division, first_month, document, law, on)
    number = fen = 0
    left: list[Rerate] = []
    for found in rerates(division, benefits, first_month):
        if found.left:
            left.append(found)
        if found.rises:
            _raise(by, found.entitlement, first_month, document, law, on)
            number, fen = number + 1, fen + found.back_pay
    with transaction.atomic():
        after = {"document": document, "from": first_month, "benefits": list(benefits), "raised": number}
        audit.record(
            by=by,
            act="entitlements.rerate",
            subject=f"调标 {document}",
            after=after | {"fen": fen, "left": len(left)},
            division=division,
        )
    return Rerated(number, fen, tuple(left))


@transaction.atomic
def _raise(by: User, entitlement: Entitlement, first_month: date, document: str, law: str, on: date) -> None:
    row = Entitlement.objects.select_for_update().get(pk=entitlement.pk)
    for piece in rerate_of(row, first_month).rises:
        decision = decide(
            by=by,
            case_number=document[:40],
            matter=MATTER,
            division=row.division,
            household=row.household,
            person=row.person,
            outcome="change",
            on=on,
            benefit=row.benefit,
            layer=piece.decision.layer,
            amount=piece.after,
            grounds=ground(piece.outcome, piece.decision.facts.get("persons", ())),
            law=law,
            level=row.level,
        )
        raise_months(
            by=by,
            decision=decision,
            entitlement=row,
            first_month=piece.first_month,
            last_month=piece.last_month,
            fen=piece.after,
        )


def _may(by: User, division: str, first_month: date, document: str, law: str, on: date) -> None:
    if not isinstance(by, User) or not reader_for(by, on).may(DECIDES, division):
        raise EntitlementProblem(_("批量调标须由有审核确认权限的工作人员决定"))
    if not document.strip() or not law.strip():
        raise EntitlementProblem(_("请写明调标文件的文号和依据"))
    if first_month.day != 1 or not add_months(on.replace(day=1), -MOST_BACK) <= first_month <= on:
        raise EntitlementProblem(
            _("起始月份请写到月，不晚于本月，最早 %(n)d 个月以前；更早的逐户决定") % {"n": MOST_BACK}
        )


def work_out(*, by: Any, change: int) -> StandardChange:
    """Calculate what a change brings and keep it; done anew it is the same, as long as nobody's facts changed.

    The amounts and frozen facts of benefits that run count, not the population: those are who gets money.
    """
    row = StandardChange.objects.get(pk=change)
    book = rulebook()
    if row.state == StandardChange.State.PROPOSED:
        book = book.with_rates(book.rates.followed_by([entry_of(row)]))
    month = first_month(row)
    rises: list[list[int]] = []
    homes: set[int] = set()
    left: Counter[str] = Counter()
    for found in rerates(row.division, resting_on(book, row.rate, month), month, book=book):
        left.update(found.left)
        if found.rises:
            piece = found.rises[0]
            rises.append([found.entitlement.pk, piece.before, piece.after])
            homes.add(found.entitlement.household_id)
    row.effects = {"rises": rises, "households": len(homes), "left": dict(sorted(left.items()))}
    row.effects_at = timezone.now()
    with transaction.atomic():
        row.save(update_fields=["effects", "effects_at"])
        told = {"rises": len(rises), "households": len(homes), "left": sum(left.values())}
        audit.record(
            by=by, act="entitlements.work_out_standard", subject=row, after=told, division=row.division
        )
    return row
