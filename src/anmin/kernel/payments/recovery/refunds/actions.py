"""Take a claim back, and give back what had come: with the next payment, or by a voucher that two people stand for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.payments.budget.queries import lines_for
from anmin.kernel.payments.ledger.actions import Posting, post
from anmin.kernel.payments.ledger.models import Account, LedgerEntry
from anmin.kernel.payments.ledger.queries import balances
from anmin.kernel.payments.parties import APPROVE, DECIDE, PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.months.actions import keep_what_is_left
from anmin.kernel.payments.recovery.months.queries import offset_of
from anmin.kernel.payments.recovery.queries import came_back, left_of, paid_from
from anmin.kernel.payments.recovery.refunds.queries import refund_of
from anmin.kernel.payments.recovery.steps import (
    State,
    give_up,
    held,
    nothing_under_way,
    post_about,
    record,
)
from anmin.kernel.payments.runs.actions import one_at_a_time

Way = RecoveryInstalment.Way


@transaction.atomic
def take_back(
    *, by: Any, recovery: Recovery, on: date, reason: str, beside: User | None = None, fen: int | None = None
) -> Recovery:
    """Take a claim back (撤回追回), as after an appeal that was right: nothing is owed, and it is not found again.

    What had come back, paid in or deducted, is owed to the family from now on; two people sign that. It goes out with the
    next payment of the benefit, or by a voucher (`pay_by_hand`). What was paid in is available again to pay it from. `fen`
    is what the two have seen.

    Months that were corrected upwards and paid since are set off against the claim (追回与补发相抵): where that is all of it,
    the family has what it is due and nothing is taken back. Of a claim of which a part was set off, that part is found anew.

    Raises:
        PaymentProblem: `recovery_deducting` while a deduction is on its way, `by_two`, `recovery_changed` where another
            sum has come back than the two have seen, `recovery_offset` naming the months that were paid since.
    """
    row = held(recovery, State.NOTICED, State.AGREED, State.COURT, State.REPAID, State.WRITTEN_OFF)
    user = signer(by, DECIDE, row.division, on)
    nothing_under_way(row)
    _not_offset(row)
    back = came_back(row)
    if fen is not None and fen != back:
        raise PaymentProblem(
            "recovery_changed",
            _("已还的金额变了，现在是 %(fen)s 元；请重新提出") % {"fen": yuan(back)},
        )
    if back and (beside is None or beside == user):
        raise PaymentProblem(
            "by_two", _("已经还了 %(fen)s 元，撤回要退给家庭，须由两人签字") % {"fen": yuan(back)}
        )
    if back and beside is not None:
        must(beside, DECIDE, row.division, on)
    _take_out_of_the_books(row, user, on, back)
    give_up(row, user, State.DROPPED, on, reason)
    row.closed_beside = beside if back else None
    row.save()
    keep_what_is_left(row)
    if back:
        RecoveryInstalment.objects.create(
            recovery=row,
            number=row.instalments.count() + 1,
            month=on.replace(day=1),
            fen=back,
            way=Way.REFUND,
        )
    after = {"fen": row.fen, "refund": back, "beside": None if beside is None else beside.pk}
    record(user, "take_back", row, after, reason)
    return row


@transaction.atomic
def pay_by_hand(*, by: Any, beside: User, recovery: Recovery, document: str, on: date) -> LedgerEntry:
    """Give back what had come by a voucher (凭付款凭证退还): in cash, or to heirs whom no benefit pays any more.

    Only while no payment carries it: a run is computed and this is posted one after the other.

    Raises:
        PaymentProblem: `by_two`, `no_document`, `refund_none`, `refund_under_way` naming the run, `money_short`.
    """
    row = held(recovery, State.DROPPED)
    book, _line = paid_from(row)
    one_at_a_time(book)
    user = signer(by, PREPARE, row.division, on)
    if beside == user:
        raise PaymentProblem("by_two", _("须由两人办理，请另一人复核"))
    must(beside, APPROVE, row.division, on)
    if not document.strip():
        raise PaymentProblem("no_document", _("请填写付款凭证号"))
    refund = refund_of(row)
    if refund is None or refund.is_paid:
        raise PaymentProblem("refund_none", _("这一条没有要退还的款项，或者已经退还"))
    if refund.line is not None:
        raise PaymentProblem(
            "refund_under_way",
            _("已列入批次 %(run)s 随发放退还，不能再凭凭证支付") % {"run": refund.line.run.number},
        )
    plan = RecoveryInstalment.objects.select_for_update().get(pk=refund.plan.pk)
    entry = _pay(row, user, on, plan.number, plan.fen, document.strip())
    plan.way, plan.paid_on, plan.entry = Way.BY_HAND, on, entry
    plan.save()
    record(user, "refund", row, {"fen": plan.fen, "document": document.strip(), "beside": beside.pk})
    return entry


def _not_offset(row: Recovery) -> None:
    """Refuse to take a claim back of which every fen was paid to the family again since."""
    offset = offset_of(row)
    if sum(fen for _month, fen in offset) < row.fen:
        return
    months = "、".join(
        _("%(month)s 补发 %(fen)s 元") % {"month": f"{month:%Y-%m}", "fen": yuan(fen)}
        for month, fen in offset
    )
    raise PaymentProblem(
        "recovery_offset",
        _(
            "此后已更正并补发（%(months)s），追回与补发相抵，家庭得到的就是应得的，不必撤回；"
            "补发还没有送银行的，可以先作废那个批次再撤回"
        )
        % {"months": months},
    )


def _take_out_of_the_books(row: Recovery, user: User, on: date, back: int) -> None:
    """Undo the claim: what was owed, what was written off, and what came back is owed to the family."""
    owed = left_of(row)
    paid_in = (
        row.instalments.filter(way=Way.PAID_IN, paid_on__isnull=False).aggregate(fen=Sum("fen"))["fen"] or 0
    )
    moved: dict[str, int] = {
        Account.SPENT: row.fen,
        Account.RECEIVABLE: -owed,
        Account.WRITTEN_OFF: -(row.fen - back - owed),
        Account.REFUNDABLE: -back,
    }
    if paid_from(row)[1] is not None:
        # What the family paid in is there to pay it back from. Without a budget line of ours the money went elsewhere.
        moved |= {Account.AVAILABLE: paid_in, Account.RECOVERED: -paid_in}
    post_about(row, user, on, "taken_back", moved)


def _pay(row: Recovery, user: User, on: date, number: int, fen: int, document: str) -> LedgerEntry:
    """Out of the budget line to which it came back, else out of another of the same benefit that has as much."""
    book, own = paid_from(row)
    benefit = row.entitlement.benefit
    keys = [line.pk for line in lines_for(book, on.year, benefit)]
    keys = keys if own is None else [own, *(key for key in keys if key != own)]
    left = balances(keys)
    from_line = next((key for key in keys if left.get(key, {}).get(Account.AVAILABLE, 0) >= fen), None)
    if from_line is None:
        raise PaymentProblem(
            "money_short",
            _("可用指标不足 %(fen)s 元，先下达指标，再退还") % {"fen": yuan(fen)},
        )
    to = (benefit, row.division, row.level, row.household_id)
    lines = [
        Posting(Account.REFUNDABLE, fen, own, *to),
        Posting(Account.AVAILABLE, -fen, from_line, benefit),
    ]
    if from_line != own:
        # Money of another line: what it pays is its own spending, and the claim's line has spent that much less.
        lines += [Posting(Account.SPENT, fen, from_line, *to), Posting(Account.SPENT, -fen, own, *to)]
    return post(
        by=user,
        division=book,
        on=on,
        kind="recovery",
        source=f"recovery:{row.pk}:refunded:{number}",
        lines=lines,
        document=document,
    )
