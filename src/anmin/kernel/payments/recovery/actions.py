"""From an overpayment that was found to money that came back, or to the reason why it did not — never without a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.payments.ledger.models import Account, LedgerEntry
from anmin.kernel.payments.parties import DECIDE, PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment, RecoveryMonth
from anmin.kernel.payments.recovery.months.actions import keep_part, keep_what_is_left, remember_paid
from anmin.kernel.payments.recovery.months.queries import standings
from anmin.kernel.payments.recovery.queries import free_of, left_of, most_deductible, overpaid_now, paid_from
from anmin.kernel.payments.recovery.settling.actions import finish
from anmin.kernel.payments.recovery.steps import (
    give_up,
    held,
    nothing_under_way,
    post_about,
    record,
    waiting,
)
from anmin.kernel.people.models import Household

ANSWER_DAYS = 60
"""Days within which a family may ask for a review of the notice (行政复议法 §20)."""
State = Recovery.State


@dataclass(frozen=True)
class Instalment:
    """One instalment as it is agreed: the month by its first day, fen, and `paid_in` or `deduct`."""

    month: date
    fen: int
    way: str = "paid_in"


@transaction.atomic
def find(*, by: Any, entitlement: Entitlement, months: Mapping[date, int], on: date) -> Recovery:
    """Write down by hand that months were overpaid (登记多发), such as those before payments began here.

    Raises:
        PaymentProblem: `recovery_empty`, `recovery_too_much` above what was paid for a month.
    """
    _may(by, entitlement.division, on)
    if not months or min(months.values()) <= 0:
        raise PaymentProblem("recovery_empty", _("请填写多发的月份和金额"))
    row = write_down(entitlement, entitlement.household, months, on)
    _not_above_what_was_paid(row)
    record(by, "find", row, {"fen": row.fen, "months": len(months)})
    return row


def _not_above_what_was_paid(row: Recovery) -> None:
    """A slip of the pen must not become a claim: of a month that was paid here no more can be too much than was paid."""
    found = RecoveryMonth.objects.filter(
        entitlement=row.entitlement_id, recovery__state__in=[State.FOUND, State.HEARD]
    ).exclude(recovery=row)
    for one in standings(row):
        if one.now is None:
            continue
        known = found.filter(month=one.month).aggregate(fen=Sum("fen"))["fen"] or 0
        most = max(0, one.now - one.others - known)
        if one.fen > most:
            raise PaymentProblem(
                "recovery_too_much",
                _("%(month)s 发放的金额里，还没有登记多发的是 %(fen)s 元，登记不能更多；请核对月份和金额")
                % {"month": f"{one.month:%Y-%m}", "fen": yuan(most)},
            )


def write_down(
    entitlement: Entitlement, household: Household | None, months: Mapping[date, int], on: date
) -> Recovery:
    """Store a finding of fen by month; nobody is told of it yet, and nothing is posted."""
    before = Recovery.objects.filter(entitlement=entitlement).count()
    row = Recovery(
        number=f"ZH{on:%Y%m}-{entitlement.pk}-{before + 1}",
        entitlement=entitlement,
        household=household,
        division=entitlement.division,
        level=entitlement.level,
        fen=sum(months.values()),
        found_on=on,
    )
    row.save()
    for month, fen in sorted(months.items()):
        known = RecoveryMonth.objects.filter(entitlement=entitlement.pk, month=month).count()
        RecoveryMonth.objects.create(
            recovery=row, entitlement=entitlement.pk, month=month, sequence=known, fen=fen
        )
    return row


@transaction.atomic
def hear(*, by: Any, recovery: Recovery, statement: str, on: date) -> Recovery:
    """Tell the family and write down what they say (告知并听取说明); only then can a notice follow."""
    row = held(recovery, State.FOUND)
    _may(by, row.division, on)
    if not statement.strip():
        raise PaymentProblem("no_reason", _("请记下当事人的说明；没有意见也请写明"))
    row.state, row.heard_on, row.statement = State.HEARD, on, statement.strip()
    row.save()
    record(by, "hear", row, {"heard_on": on})
    return row


@transaction.atomic
def notice(*, by: Any, recovery: Recovery, decision: Decision, cause: str, on: date) -> Recovery:
    """Claim it back by a decision of a person (下达追回通知). From now on it is owed, and stands in the ledger.

    Raises:
        PaymentProblem: `recovery_decision` for a decision about something else, `recovery_overtaken` when the benefit
            was corrected meanwhile, `recovery_moved` before the family was heard.
    """
    row = held(recovery, State.HEARD)
    user = signer(by, DECIDE, row.division, on)
    about = (decision.outcome, decision.household_id, decision.amount)
    if about != ("recover", row.household_id, row.fen):
        raise PaymentProblem(
            "recovery_decision",
            _("决定书须是对这一户作出的追回决定，金额为 %(fen)s 元") % {"fen": yuan(row.fen)},
        )
    if cause not in Recovery.Cause.values or cause == Recovery.Cause.UNKNOWN:
        raise PaymentProblem("recovery_cause", _("请认定多发的原因：经办差错、善意未及时报告，或隐瞒虚报"))
    if overpaid_now(row) < row.fen:
        raise PaymentProblem("recovery_overtaken", _("待遇已经更正，多发的金额变了；请作废这一条，重新核算"))
    row.state, row.decision, row.cause = State.NOTICED, decision, cause
    row.noticed_on, row.answer_due = on, on + timedelta(ANSWER_DAYS)
    row.save()
    post_claim(by=user, recovery=row, on=on)
    record(by, "notice", row, {"fen": row.fen, "cause": cause, "decision": decision.pk})
    return row


def post_claim(*, by: Any, recovery: Recovery, on: date) -> LedgerEntry:
    """Let a claim stand in the books (应收追回入账), from now on in this book and on this budget line."""
    recovery.book, recovery.budget_line_id = paid_from(recovery)
    recovery.save(update_fields=["book", "budget_line"])
    remember_paid(recovery)
    return _post(recovery, by, on, "notice", Account.RECEIVABLE, Account.SPENT, recovery.fen)


@transaction.atomic
def agree(
    *, by: Any, recovery: Recovery, instalments: Sequence[Instalment], agreement: str, on: date
) -> Recovery:
    """Agree how it comes back (商定还款): instalments paid in or deducted that add up to what is left.

    An earlier agreement ends; what it brought stays, and so does an instalment that is being deducted.

    Raises:
        PaymentProblem: `recovery_sum`, `recovery_instalment`, `recovery_deduct` where a deduction would never fit.
    """
    row = held(recovery, State.NOTICED, State.AGREED)
    user = signer(by, DECIDE, row.division, on)
    left = free_of(row)
    if sum(one.fen for one in instalments) != left:
        raise PaymentProblem(
            "recovery_sum", _("各期之和应等于未还的 %(fen)s 元（正在抵扣的不算）") % {"fen": yuan(left)}
        )
    if not agreement.strip() or any(
        one.fen <= 0
        or one.month.day != 1
        or one.way not in (RecoveryInstalment.Way.PAID_IN, RecoveryInstalment.Way.DEDUCT)
        for one in instalments
    ):
        raise PaymentProblem("recovery_instalment", _("请写明协议内容，每期有月份、大于 0 的金额和方式"))
    for one in instalments:
        if one.way == RecoveryInstalment.Way.DEDUCT and one.fen > (most := most_deductible(row, one.month)):
            raise PaymentProblem(
                "recovery_deduct",
                _("%(month)s 最多可抵扣 %(most)s 元，要给家庭留下生活费；请改小这一期，或改为缴回")
                % {"month": f"{one.month:%Y-%m}", "most": yuan(most)},
            )
    waiting(row).update(cancelled_on=on)
    first = row.instalments.count()
    for at, one in enumerate(sorted(instalments, key=lambda one: one.month), first + 1):
        RecoveryInstalment.objects.create(recovery=row, number=at, month=one.month, fen=one.fen, way=one.way)
    row.state, row.agreed_on, row.agreement = State.AGREED, on, agreement.strip()
    row.save()
    after = {"instalments": len(instalments), "left": left}
    record(user, "agree", row, after)
    return row


@transaction.atomic
def receive(*, by: Any, recovery: Recovery, fen: int, on: date, document: str) -> LedgerEntry:
    """Take in money that was paid back (收到缴回款), by a receipt.

    It settles the instalments to be paid in from the first on; what is more is taken off the last.

    Raises:
        PaymentProblem: `recovery_too_much`, `no_document`.
    """
    row = held(recovery, State.NOTICED, State.AGREED, State.COURT)
    must(by, PREPARE, row.division, on)
    if not document.strip():
        raise PaymentProblem("no_document", _("请填写收款凭证号"))
    if not 0 < fen <= free_of(row):
        raise _too_much(row)
    number = row.instalments.count() + 1
    entry = _post(row, by, on, f"paid:{number}", Account.RECOVERED, Account.RECEIVABLE, fen, document)
    _take_off(row, fen, on)
    RecoveryInstalment.objects.create(
        recovery=row, number=number, month=on.replace(day=1), fen=fen, way="paid_in", paid_on=on, entry=entry
    )
    record(by, "receive", row, {"fen": fen, "document": document})
    finish(by=by, recovery=row, on=on)
    return entry


@transaction.atomic
def write_off(
    *, by: Any, beside: User, recovery: Recovery, on: date, reason: str, fen: int | None = None
) -> Recovery:
    """Give up what is left, or a part of it (核销、部分核销), signed by two, with the reason.

    After a part the rest stays owed; agreed instalments come off from the last one on.

    Raises:
        PaymentProblem: `by_two`, `no_reason`, `recovery_too_much` where a part is not below what is left,
            `recovery_deducting` for all that is left while a deduction is on its way.
    """
    row = held(recovery, State.NOTICED, State.AGREED, State.COURT)
    user = signer(by, DECIDE, row.division, on)
    if user == beside:
        raise PaymentProblem("by_two", _("核销须由两人签字"))
    if not reason.strip():
        raise PaymentProblem("no_reason", _("请写明理由"))
    left = left_of(row)
    if fen is not None and fen != left:
        return _write_off_part(row, user, beside, on, reason, fen, left)
    nothing_under_way(row)
    row.before = row.state
    give_up(row, user, State.WRITTEN_OFF, on, reason)
    row.closed_beside = beside
    _off(row, user, on, left)
    row.save()
    record(user, "write_off", row, {"fen": left, "beside": beside.pk}, reason)
    return row


def _off(row: Recovery, user: User, on: date, fen: int) -> None:
    """Fen that nobody asks for any more: in the books, as a row of the claim, and in the months that the family keeps."""
    number = row.instalments.count() + 1
    entry = _post(row, user, on, f"off:{number}", Account.WRITTEN_OFF, Account.RECEIVABLE, fen)
    RecoveryInstalment.objects.create(
        recovery=row, number=number, month=on.replace(day=1), fen=fen, way="off", paid_on=on, entry=entry
    )
    keep_part(row, fen)


def _write_off_part(
    row: Recovery, user: User, beside: User, on: date, reason: str, fen: int, left: int
) -> Recovery:
    if not 0 < fen <= free_of(row):
        raise _too_much(row)
    _take_off(row, fen, on, last_first=True)
    _off(row, user, on, fen)
    record(user, "write_off_part", row, {"fen": fen, "left": left - fen, "beside": beside.pk}, reason)
    return row


@transaction.atomic
def go_to_court(*, by: Any, recovery: Recovery, on: date, reason: str) -> Recovery:
    """Hand it to the court (移送法院); it stays owed."""
    return _closed(by, recovery, State.COURT, on, reason, State.NOTICED, State.AGREED)


@transaction.atomic
def drop(*, by: Any, recovery: Recovery, on: date, reason: str) -> Recovery:
    """Decide not to claim it back (不予追回): what is too much today is not found again."""
    row = _closed(by, recovery, State.DROPPED, on, reason, State.FOUND, State.HEARD)
    keep_what_is_left(row)
    return row


@transaction.atomic
def void(*, by: Any, recovery: Recovery, on: date, reason: str) -> Recovery:
    """Void a finding that was overtaken by a correction (作废); what is still overpaid is found anew by the next run."""
    return _closed(by, recovery, State.VOID, on, reason, State.FOUND, State.HEARD)


def _closed(by: Any, recovery: Recovery, state: str, on: date, reason: str, *states: str) -> Recovery:
    row = held(recovery, *states)
    user = signer(by, DECIDE, row.division, on)
    give_up(row, user, state, on, reason)
    row.save()
    record(user, state, row, {"state": state}, reason)
    return row


def _take_off(row: Recovery, fen: int, on: date, *, last_first: bool = False) -> None:
    """Cancel agreed instalments that a payment covers; one that it covers in part goes on with the rest."""
    open_ones = waiting(row)
    ordered = [
        *open_ones.filter(way="paid_in").order_by("number"),
        *open_ones.filter(way="deduct").order_by("-number"),
    ]
    ordered = list(open_ones.order_by("-number")) if last_first else ordered
    for one in ordered:
        if fen <= 0:
            return
        if one.fen <= fen:
            fen -= one.fen
            one.cancelled_on = on
            one.save(update_fields=["cancelled_on"])
        else:
            one.fen -= fen
            one.save(update_fields=["fen"])
            return


def _too_much(row: Recovery) -> PaymentProblem:
    told = _("金额应大于 0 且不超过未还的 %(fen)s 元（正在抵扣的不算）")
    return PaymentProblem("recovery_too_much", told % {"fen": yuan(free_of(row))})


def _may(by: Any, division: str, on: date) -> None:
    """Finance finds and hears, and so does whoever decides."""
    try:
        must(by, PREPARE, division, on)
    except PaymentProblem:
        must(by, DECIDE, division, on)


def _post(
    row: Recovery, by: Any, on: date, what: str, debit: str, credit: str, fen: int, document: str = ""
) -> LedgerEntry:
    return post_about(row, by, on, what, {debit: fen, credit: -fen}, document)
