"""Post entries, take one back, close a month by two and open it again by two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.ledger.models import LedgerEntry, LedgerLine, PeriodClosing
from anmin.kernel.payments.ledger.queries import sums_until
from anmin.kernel.payments.parties import PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.lib.calendar import add_months

COLUMNS = "(entry_id, account, division, level, budget_line_id, benefit, fen, household_id, pay_line_id)"


@dataclass(frozen=True)
class Posting:
    """A line to be posted: `fen` positive is debit, negative credit. The division is the entry's unless named."""

    account: str
    fen: int
    budget_line: int | None = None
    benefit: str = ""
    division: str = ""
    level: int = 0
    household: int | None = None
    pay_line: int | None = None


@transaction.atomic
def post(
    *,
    by: Any,
    division: str,
    on: date,
    kind: str,
    source: str,
    lines: Iterable[Posting],
    document: str = "",
    note: str = "",
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    """Post one entry (记账). It belongs to an action that writes the act; lines of nought are left out.

    Raises:
        PaymentProblem: `ledger_unbalanced`, `ledger_source` (posted before), `ledger_period_closed`, `ledger_short`.
    """
    rows = [line for line in lines if line.fen]
    if len(rows) < 2 or sum(line.fen for line in rows) != 0:
        raise PaymentProblem("ledger_unbalanced", _("凭证借贷不平，没有记账"))
    with _told():
        entry = _entry(by, division, on, kind, source, document, note, reverses)
        LedgerLine.objects.bulk_create(
            LedgerLine(
                entry=entry,
                account=line.account,
                division=line.division or division,
                level=line.level,
                budget_line_id=line.budget_line,
                benefit=line.benefit,
                fen=line.fen,
                household_id=line.household,
                pay_line_id=line.pay_line,
            )
            for line in rows
        )
    return entry


@transaction.atomic
def post_select(
    *,
    by: Any,
    division: str,
    on: date,
    kind: str,
    source: str,
    select: str,
    values: Mapping[str, Any] | Sequence[Any],
) -> LedgerEntry | None:
    """Post one entry of many lines that a SELECT gives: account, division, level, budget_line, benefit, fen, household, pay_line.

    None when the SELECT gives no line. The sum is looked at when the transaction ends, and here at once.
    """
    try:
        with _told():
            entry = _entry(by, division, on, kind, source, "", "", None)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO kernel_ledgerline {COLUMNS}"
                    f" SELECT {entry.pk}, made.* FROM ({select}) AS made WHERE made.fen <> 0",
                    values,
                )
                if not cursor.rowcount:
                    raise _Nothing
                cursor.execute("SELECT sum(fen) FROM kernel_ledgerline WHERE entry_id = %s", [entry.pk])
                if cursor.fetchone()[0]:
                    raise PaymentProblem("ledger_unbalanced", _("凭证借贷不平，没有记账"))
    except _Nothing:
        return None
    return entry


@transaction.atomic
def reverse(*, by: Any, entry: LedgerEntry, on: date, source: str, reason: str) -> LedgerEntry:
    """Take an entry back by one of the opposite signs (红字冲销); it stays in the books, and is taken back once."""
    must(by, PREPARE, entry.division, on)
    if not reason.strip():
        raise PaymentProblem("no_reason", _("冲销须写明理由"))
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise PaymentProblem("ledger_source", _("这张凭证已经冲销过"))
    lines = [
        Posting(
            row.account,
            -row.fen,
            row.budget_line_id,
            row.benefit,
            row.division,
            row.level,
            row.household_id,
            row.pay_line_id,
        )
        for row in entry.lines.all()
    ]
    made = post(
        by=by,
        division=entry.division,
        on=on,
        kind="reverse",
        source=source,
        lines=lines,
        note=reason,
        reverses=entry,
    )
    audit.record(
        by=signature(by),
        act="payments.reverse",
        subject=made,
        after={"reverses": entry.source},
        reason=reason,
        division=entry.division,
    )
    return made


@transaction.atomic
def close_period(*, by: Any, beside: User, division: str, month: date, on: date) -> PeriodClosing:
    """Close a month of a book, and with it all before it (结账), signed by two.

    Raises:
        PaymentProblem: `period_open_month` while the month is not over, `period_by_two`, `period_closed_once`.
    """
    user = signer(by, PREPARE, division, on)
    if user == beside:
        raise PaymentProblem("period_by_two", _("结账须由两人签字"))
    if month.day != 1 or on < add_months(month, 1):
        raise PaymentProblem("period_open_month", _("这个月还没有结束，下月初再结账"))
    with refusals_told(period_closed_once=_("这个月已经结账")):
        last = add_months(month, 1)
        row = PeriodClosing.objects.create(
            division=division,
            month=month,
            entries=LedgerEntry.objects.filter(
                division=division, on__lt=last, on__year=month.year, on__month=month.month
            ).count(),
            sums=sums_until(division, last),
            by=user,
            beside=beside,
        )
    audit.record(
        by=user,
        act="payments.close_period",
        subject=row,
        after={"month": month, "entries": row.entries, "beside": beside.pk},
        division=division,
    )
    return row


@transaction.atomic
def reopen_period(*, by: Any, beside: User, closing: PeriodClosing, on: date, reason: str) -> PeriodClosing:
    """Open a closed month again (反结账), signed by two, with a reason; months closed after it must be opened first."""
    user = signer(by, PREPARE, closing.division, on)
    if user == beside or not reason.strip():
        raise PaymentProblem("period_by_two", _("反结账须由两人签字并写明理由"))
    later = PeriodClosing.objects.filter(
        division=closing.division, month__gt=closing.month, reopened_at__isnull=True
    )
    if later.exists():
        raise PaymentProblem("period_later_closed", _("后面的月份已经结账，请先从最后一个月起反结账"))
    row = PeriodClosing.objects.select_for_update().get(pk=closing.pk)
    if row.reopened_at is not None:
        raise PaymentProblem("period_open_month", _("这个月已经反结账"))
    row.reopened_at, row.reopened_by, row.reopened_beside = timezone.now(), user, beside
    row.reason = reason.strip()[:200]
    row.save()
    audit.record(
        by=user,
        act="payments.reopen_period",
        subject=row,
        after={"month": row.month, "beside": beside.pk},
        reason=reason,
        division=row.division,
    )
    return row


class _Nothing(Exception):
    """There was nothing to post."""


def _told() -> Any:
    return refusals_told(kernel_ledgerentry_source=_("这笔业务已经记过账，没有重复记账"))


def _entry(
    by: Any,
    division: str,
    on: date,
    kind: str,
    source: str,
    document: str,
    note: str,
    reverses: LedgerEntry | None,
) -> LedgerEntry:
    return LedgerEntry.objects.create(
        division=division,
        on=on,
        kind=kind,
        source=source,
        document=document[:100],
        note=note[:200],
        reverses=reverses,
        by=user_of(by),
    )
