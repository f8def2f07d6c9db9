"""Fill a town's reserve, pay first in an emergency, top up, give back, and close a month by two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.matters import book, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.parties import powers_in
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.reserve.limits import limit_of, mark_of_limit
from anmin.kernel.cases.reserve.models import ReserveClosing, ReserveEntry
from anmin.kernel.cases.reserve.queries import balance
from anmin.kernel.law.clocks import deadline
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.reserve import actions as books
from anmin.kernel.payments.reserve.actions import Relief
from anmin.lib.calendar import load_calendar

TOWN_DIGITS = 9
FILL = frozenset({"case.confirm", "payments.prepare", "emergency.pay"})


class ReserveProblem(ValueError):
    """The reserve fund cannot do this; the message says why and what to do."""


@transaction.atomic
def put_in(*, by: Any, town: str, fen: int, on: date, note: str = "", kind: str = "advance") -> ReserveEntry:
    """Put money into a town's reserve (预拨、补足) or take it back (交回, `fen` positive); the books say so too.

    Raises:
        ReserveProblem: also where the town's budget lines do not hold that much.
    """
    _may(by, town, on)
    if fen <= 0 or kind not in ("advance", "topup", "give_back"):
        raise ReserveProblem(_("请填写大于 0 的金额"))
    row = _enter(by, town, kind, -fen if kind == "give_back" else fen, on, note=note)
    with _told():
        if kind == "give_back":
            books.give_back(by=by, town=town, fen=fen, on=on, source=f"reserve:{row.pk}")
        else:
            benefits = _paid_first(town, on)
            books.fill(by=by, town=town, fen=fen, benefits=benefits, on=on, source=f"reserve:{row.pk}")
    return row


@transaction.atomic
def pay_first(
    *, by: Any, case: Case, fen: int, on: date, seen: int, beside: User, reason: str
) -> ReserveEntry:
    """Pay from the reserve before the papers are complete (先行救助): emergencies only, within the town's limit.

    Raises:
        StepRefused: when the matter does not pay first, or the sum is above what the place allows a town.
        ReserveProblem: when the reserve does not hold that much; nothing is written then.
    """
    case.refresh_from_db()
    procedure = procedure_of(case)
    limit, mark = within_limit(case, fen, on), mark_of_limit(case)
    take_step(
        by=by,
        case=case,
        action="pay_first",
        on=on,
        seen=seen,
        beside=beside,
        reason=reason,
        details={"fen": fen, "limit": limit, "limit_is_verified": not mark},
    )
    papers = procedure.limit("papers")
    due = deadline(on, papers.number, papers.unit, load_calendar(on_unknown="provisional"))
    town = case.division[:TOWN_DIGITS]
    row = _enter(by, town, "payout", -fen, on, case=case, papers_due=due)
    relief = Relief(case.number, case.household_id, case.division, case.level, procedure.benefits[0])
    with _told():
        books.pay_out(by=by, town=town, fen=fen, relief=relief, on=on, source=f"reserve:{row.pk}")
    return row


def within_limit(case: Case, fen: int, on: date) -> int:
    """The limit of what may be paid first for a case, where a sum is within it.

    Raises:
        StepRefused: `not_urgent`, `over_limit`.
    """
    limit, mark = limit_of(case, on), mark_of_limit(case)
    if limit is None:
        raise StepRefused([Obstacle("not_urgent", _("只有急难型救助可以先行救助"))])
    if not 0 < fen <= limit:
        words = _("先行救助每次不超过 %(limit)s 元，超过部分请走审核确认") % {"limit": f"{limit / 100:,.2f}"}
        words += f"。{mark}" if mark else ""
        raise StepRefused([Obstacle("over_limit", words)])
    return limit


@transaction.atomic
def close_month(*, by: Any, beside: User, town: str, month: date, on: date) -> ReserveClosing:
    """Close a month of the ledger (月末对账), signed by two; nothing is entered in it afterwards."""
    _may(by, town, on)
    user = user_of(by)
    if user is None or user == beside:
        raise ReserveProblem(_("对账须由两人签字"))
    if on < month.replace(day=28) or month.day != 1:
        raise ReserveProblem(_("这个月还没有结束，月末再对账"))
    rows = ReserveEntry.objects.filter(
        division=town, year=month.year, on__year=month.year, on__month__lte=month.month
    )
    row = ReserveClosing.objects.create(
        division=town,
        month=month,
        balance=sum(rows.values_list("fen", flat=True)),
        entries=rows.filter(on__month=month.month).count(),
        by=user,
        beside=beside,
    )
    after = {"month": month, "balance": row.balance, "beside": beside.pk}
    audit.record(by=user, act="cases.close_reserve", subject=row, after=after, division=town)
    return row


@contextmanager
def _told() -> Iterator[None]:
    """What the books refuse is what the reserve cannot do."""
    try:
        yield
    except PaymentProblem as problem:
        raise ReserveProblem(str(problem)) from problem


def _paid_first(town: str, on: date) -> list[str]:
    """The benefits for which a town may pay first."""
    found = [procedure_for(key, town, on) for key in book().matters if book().is_in_force(key, on)]
    return [key for procedure in found if procedure.terms.get("pays_first") for key in procedure.benefits]


def _may(by: Any, town: str, on: date) -> None:
    powers = powers_in(by, town, on)
    if powers is not None and not powers & FILL:
        raise ReserveProblem(_("备用金由镇街经办、县级财务或审核人员登记，您的岗位没有这项权限"))


def _enter(
    by: Any,
    town: str,
    kind: str,
    fen: int,
    on: date,
    *,
    case: Case | None = None,
    papers_due: date | None = None,
    note: str = "",
) -> ReserveEntry:
    user = user_of(by)
    if user is None:
        raise ReserveProblem(_("备用金台账由工作人员登记"))
    try:
        with transaction.atomic():
            row = ReserveEntry.objects.create(
                division=town,
                year=on.year,
                kind=kind,
                fen=fen,
                case=case,
                on=on,
                papers_due=papers_due,
                note=note[:200],
                by=user,
            )
    except DatabaseError as trouble:
        if "reserve_empty" in str(trouble):
            left = f"{balance(town, on.year) / 100:,.2f}"
            raise ReserveProblem(
                _("备用金余额 %(left)s 元，不够这一笔；请先补足") % {"left": left}
            ) from trouble
        if "reserve_closed" in str(trouble):
            raise ReserveProblem(_("这个月的备用金已经对账，不能再登记")) from trouble
        raise
    after = {"kind": kind, "fen": fen, "case": case.number if case else ""}
    audit.record(by=user, act="cases.reserve", subject=row, after=after, division=town)
    return row
