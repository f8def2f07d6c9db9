"""Take over what a case decided to claim back: the months it is about, the recovery, and the posting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import amount_in
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.recovery.actions import ANSWER_DAYS, post_claim, write_down
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import overpaid_in, overpaid_now, paid_here
from anmin.lib.calendar import add_months

LONG_AGO = date(1, 1, 1)


@dataclass(frozen=True)
class Hearing:
    """When the family was told and what it said."""

    on: date
    statement: str


@transaction.atomic
def claim(
    *,
    by: Any,
    decision: Decision,
    entitlement: Entitlement,
    hearing: Hearing,
    on: date,
    first_month: date | None = None,
    last_month: date | None = None,
) -> Recovery:
    """Owe what a decision of a case claims back (办件追回入账). Who may decide, the case has looked at.

    A finding of the same sum is taken over. Otherwise the sum is laid on the months that were overpaid, or, where
    payments have not begun here, on those that the books of amounts name, the newest first.

    Raises:
        PaymentProblem: `recovery_decision`, `recovery_overtaken` where less was overpaid than is claimed.
    """
    if decision.outcome != "recover" or not decision.amount:
        raise PaymentProblem("recovery_decision", _("追回须依据追回决定，金额大于 0"))
    row = _found(entitlement, decision.amount)
    if row is None:
        last = last_month or add_months(on.replace(day=1), -1)
        months = _months(decision.amount, entitlement, first_month, last)
        row = write_down(entitlement, decision.household, months, on)
    row.state, row.decision, row.case_number = Recovery.State.NOTICED, decision, decision.case_number
    row.heard_on, row.statement = row.heard_on or hearing.on, row.statement or hearing.statement
    row.noticed_on, row.answer_due = on, on + timedelta(ANSWER_DAYS)
    row.save()
    post_claim(by=by, recovery=row, on=on)
    after = {"fen": row.fen, "decision": decision.pk, "case": row.case_number}
    audit.record(
        by=signature(by), act="payments.recovery_claim", subject=row, after=after, division=row.division
    )
    return row


def _found(entitlement: Entitlement, fen: int) -> Recovery | None:
    """What a run has found already, if it is the same and still stands."""
    rows = Recovery.objects.select_for_update().filter(
        entitlement=entitlement, fen=fen, state__in=[Recovery.State.FOUND, Recovery.State.HEARD]
    )
    return next((row for row in rows.order_by("-pk") if overpaid_now(row) == fen), None)


def _months(fen: int, entitlement: Entitlement, first: date | None, last: date) -> dict[date, int]:
    laid: dict[date, int] = {}
    held = overpaid_in(entitlement, first or LONG_AGO, last)
    if not held and not paid_here(entitlement):
        held = _on_the_books(entitlement, first, last, fen)
    newest_first = sorted(held.items(), reverse=True) if not paid_here(entitlement) else sorted(held.items())
    for month, there in newest_first:
        part = min(there, fen - sum(laid.values()))
        if part:
            laid[month] = part
    if sum(laid.values()) < fen:
        raise PaymentProblem(
            "recovery_overtaken",
            _("账上查到多发 %(fen)s 元，不足追回金额；请先作出减发或停发决定，或核对金额和月份")
            % {"fen": yuan(sum(laid.values()))},
        )
    return laid


def _on_the_books(entitlement: Entitlement, first: date | None, last: date, fen: int) -> dict[date, int]:
    """Months before payments began here, by the amounts of then, back from the last one."""
    begun = entitlement.first_day.replace(day=1)
    found: dict[date, int] = {}
    month = last
    while month >= (first or begun) and sum(found.values()) < fen:
        amount = amount_in(entitlement, month)
        if amount is not None and amount.fen:
            found[month] = amount.fen
        month = add_months(month, -1)
    if sum(found.values()) < fen:
        # The amounts have been corrected since: the decision says how much, the first month takes what they no longer say.
        earliest = min(found, default=first or begun)
        found[earliest] = found.get(earliest, 0) + fen - sum(found.values())
    return found
