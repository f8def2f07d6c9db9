"""What every step of a recovery shares (追回各步共用): the row under a lock, its posting, its end, its audit row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.ledger.actions import Posting, post
from anmin.kernel.payments.ledger.models import Account, LedgerEntry
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.queries import deducting, paid_from
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.people.queries import names_in

State = Recovery.State


def held(recovery: Recovery, *states: str) -> Recovery:
    """The recovery under a lock, in one of the states.

    Raises:
        PaymentProblem: `recovery_moved`.
    """
    row = Recovery.objects.select_for_update().get(pk=recovery.pk)
    if row.state not in states:
        raise PaymentProblem(
            "recovery_moved",
            _("这一条现在是“%(state)s”，不能这样办理") % {"state": row.get_state_display()},
        )
    return row


def give_up(row: Recovery, user: User, state: str, on: date, reason: str) -> None:
    """What is closed without being paid back; its open instalments end. The caller saves it."""
    if not reason.strip():
        raise PaymentProblem("no_reason", _("请写明理由"))
    row.state, row.closed_by, row.reason = state, user, reason.strip()
    row.closed_on = None if state == State.COURT else on
    waiting(row).update(cancelled_on=on)


def waiting(row: Recovery) -> QuerySet[RecoveryInstalment]:
    """Agreed instalments that have not come and that no payment carries; one whose run was void waits again."""
    rows = row.instalments.filter(paid_on__isnull=True, cancelled_on__isnull=True)
    return rows.exclude(parts__is_live=True)


def nothing_under_way(row: Recovery) -> None:
    """Refuse what would end a claim while a payment is being deducted for it.

    Raises:
        PaymentProblem: `recovery_deducting`, naming the run.
    """
    line = deducting(row)
    if line is not None and line.state == PayLine.State.RETURNED:
        raise PaymentProblem(
            "recovery_deducting",
            _("批次 %(run)s 抵扣其中一期的那一笔已退票：先重发到账，或不再发放，再办")
            % {"run": line.run.number},
        )
    if line is not None:
        raise PaymentProblem(
            "recovery_deducting",
            _("批次 %(run)s 正在抵扣其中一期：等到账后再办；还没有出代发文件的，可以先作废批次")
            % {"run": line.run.number},
        )


def post_about(
    row: Recovery, by: Any, on: date, what: str, moved: Mapping[str, int], document: str = ""
) -> LedgerEntry:
    """Post fen by account in the claim's book, on its budget line: the same from its notice to its end."""
    book, line = paid_from(row)
    benefit, home = row.entitlement.benefit, row.household_id
    return post(
        by=by,
        division=book,
        on=on,
        kind="recovery",
        source=f"recovery:{row.pk}:{what}",
        lines=[
            Posting(account, fen, line, benefit)
            if account == Account.AVAILABLE
            else Posting(account, fen, line, benefit, row.division, row.level, home)
            for account, fen in moved.items()
        ],
        document=document or row.number,
    )


def record(by: Any, what: str, row: Recovery, after: dict[str, Any], reason: str = "") -> None:
    """The audit row of a step."""
    audit.record(
        by=signature(by),
        act=f"payments.recovery_{what}",
        subject=row,
        after=after,
        reason=reason,
        division=row.division,
        about=names_in(row.household) if reason else (),
    )
