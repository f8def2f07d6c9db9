"""Lock the roster of a month, compute it, submit it with money behind it, void it, and close it when all is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.actions import carry_years_on
from anmin.kernel.payments.approvals.limits import counted_with, signatures_needed
from anmin.kernel.payments.parties import APPROVE, PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told, yuan
from anmin.kernel.payments.recovery.refunds.queries import refunds_in, uncovered
from anmin.kernel.payments.recovery.settling.actions import let_go
from anmin.kernel.payments.runs.computing import Computed, compute_lines
from anmin.kernel.payments.runs.funding import free_money, fund_lines
from anmin.kernel.payments.runs.models import PayLine, PayPart, PayRun, PriceSubsidy, RateContinuation
from anmin.kernel.payments.runs.sealing import seal_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError


@transaction.atomic
def lock_roster(
    *, by: Any, division: str, month: date, benefits: Sequence[str], on: date, number: str = ""
) -> PayRun:
    """Lock the roster of a month on a day (锁定名单); what is learned later goes into the next month, with back pay.

    Raises:
        PaymentProblem: `benefit_unknown`, `run_month` (also for more than a month ahead), `rate_missing`,
            `run_open` while another run of the month is not yet sealed.
    """
    must(by, PREPARE, division, on)
    if month.day != 1:
        raise PaymentProblem("run_month", _("发放月份请用该月第一天"))
    if month > add_months(on.replace(day=1), 1):
        raise PaymentProblem("run_month", _("最早提前一个月锁定名单，请核对发放月份"))
    known = rulebook().benefits
    unknown = [key for key in benefits if key not in known or known[key].amount is None]
    if unknown or not benefits:
        raise PaymentProblem(
            "benefit_unknown", _("不认识或不发钱的待遇：%(keys)s") % {"keys": "、".join(unknown)}
        )
    one_at_a_time(division)
    before = PayRun.objects.filter(division=division, month=month)
    open_runs = before.filter(state__in=PayRun.OPEN, benefits__overlap=list(benefits))
    if (waiting := open_runs.first()) is not None:
        raise PaymentProblem(
            "run_open", _("批次 %(number)s 还没有提交，请先办完或作废") % {"number": waiting.number}
        )
    try:
        carry_years_on(by=by, division=division, benefits=benefits, month=month)
    except PolicyError as problem:
        raise PaymentProblem(problem.code, str(problem)) from problem
    row = PayRun.objects.create(
        number=number or f"{division}-{month:%Y%m}-{before.count() + 1:02d}",
        division=division,
        month=month,
        benefits=sorted(benefits),
        roster_day=on,
        prepared_by=user_of(by),
    )
    after = {"month": month, "benefits": row.benefits, "roster_day": on}
    audit.record(by=signature(by), act="payments.lock_roster", subject=row, after=after, division=division)
    return row


@transaction.atomic
def compute(*, by: Any, run: PayRun, on: date) -> Computed:
    """Compute the lines of a run, also anew while it is not submitted (计算应发). The same state gives the same lines.

    What was accrued beyond what is due becomes a found overpayment; nothing is deducted by that.
    """
    row = held(run, *PayRun.OPEN)
    must(by, PREPARE, row.division, on)
    one_at_a_time(row.division)
    if bare := uncovered(refunds_in(row)):
        PayPart.objects.filter(line__in=bare, basis="refund").update(is_live=False)
        let_go(by=by, lines=PayLine.objects.filter(pk__in=bare), on=on)
    with refusals_told(), connection.cursor() as cursor:
        done = compute_lines(cursor, row, on)
    row.state, row.lines_number, row.total, row.seal = PayRun.State.COMPUTED, done.lines, done.fen, ""
    row.checked_at = None
    row.save()
    after = {"lines": done.lines, "fen": done.fen, "found": done.found}
    audit.record(
        by=signature(by), act="payments.compute_run", subject=row, after=after, division=row.division
    )
    return done


@transaction.atomic
def submit(*, by: Any, run: PayRun, on: date) -> PayRun:
    """Hand a checked run in for approval, sealed and with money behind every line (提交审批).

    Raises:
        PaymentProblem: `pay_run_open_exceptions`, `run_empty`, `money_short` with how much is lacking for which benefit.
    """
    row = held(run, PayRun.State.CHECKED)
    must(by, PREPARE, row.division, on)
    due = PayLine.objects.filter(run=row, state="due")
    if not due.exists():
        raise PaymentProblem("run_empty", _("本批次没有可发的明细"))
    one_at_a_time(counted_with(row.division))
    with refusals_told(), connection.cursor() as cursor:
        total, number = fund_lines(cursor, row)
        row.version += 1
        row.total, row.lines_number = total, number
        row.signatures = signatures_needed(row, total, on)
        row.submitted_by = user_of(by)
        row.save()
        row.seal, row.state = seal_of(row.pk), PayRun.State.SUBMITTED
        row.save()
    after = {"seal": row.seal, "fen": total, "lines": number, "signatures": row.signatures}
    audit.record(by=signature(by), act="payments.submit_run", subject=row, after=after, division=row.division)
    return row


@transaction.atomic
def void(*, by: Any, run: PayRun, on: date, reason: str) -> PayRun:
    """Give a run up before there are files (作废批次); its months can be paid by another, blocked money is free again."""
    row = held(run, *PayRun.OPEN, PayRun.State.SUBMITTED, PayRun.State.APPROVED)
    must(by, PREPARE, row.division, on)
    if not reason.strip():
        raise PaymentProblem("no_reason", _("作废须写明理由"))
    if row.state == PayRun.State.APPROVED:
        free_money(by=by, run=row, on=on)
    row.state, row.void_reason = PayRun.State.VOID, reason.strip()[:200]
    with refusals_told(), connection.cursor() as cursor:
        row.save()
        cursor.execute(
            "UPDATE kernel_paypart SET is_live = false FROM kernel_payline AS line"
            " WHERE line.id = line_id AND line.run_id = %s",
            [row.pk],
        )
    let_go(by=by, lines=PayLine.objects.filter(run=row), on=on)
    audit.record(by=signature(by), act="payments.void_run", subject=row, reason=reason, division=row.division)
    return row


@transaction.atomic
def close_run(*, by: Any, run: PayRun, on: date) -> PayRun:
    """Close a run once every line is paid or left out (批次办结).

    Raises:
        PaymentProblem: `run_unfinished`, saying how many lines still wait for a bank or were returned.
    """
    row = held(run, PayRun.State.SETTLED)
    must(by, PREPARE, row.division, on)
    waiting = PayLine.objects.filter(run=row).exclude(state__in=["paid", "excluded"]).count()
    if waiting:
        raise PaymentProblem(
            "run_unfinished",
            _("还有 %(n)d 笔没有到账（待答复、退票或答复不明），办完再办结") % {"n": waiting},
        )
    row.state, row.closed_on = PayRun.State.CLOSED, on
    row.save()
    audit.record(by=signature(by), act="payments.close_run", subject=row, division=row.division)
    return row


@transaction.atomic
def open_again(*, by: Any, run: PayRun, on: date, reason: str) -> PayRun:
    """Open a closed run again because a bank sent money back (办结后退回); a trigger asks for the released answer."""
    row = held(run, PayRun.State.CLOSED)
    must(by, PREPARE, row.division, on)
    row.state, row.closed_on = PayRun.State.SETTLED, None
    with refusals_told():
        row.save()
    audit.record(
        by=signature(by), act="payments.open_run_again", subject=row, reason=reason, division=row.division
    )
    return row


@transaction.atomic
def start_price_subsidy(
    *,
    by: Any,
    beside: User,
    division: str,
    month: date,
    benefits: Sequence[str],
    rates: dict[str, int],
    urban_fen: int,
    rural_fen: int,
    document: str,
    on: date,
) -> PriceSubsidy:
    """Start the price subsidy of a month (启动价格补贴), signed by two; `rates` are cpi, food and index in basis points.

    Raises:
        PaymentProblem: `price_line` where neither rise reaches the line of the place, `no_document`, `price_subsidy_once_a_month`.
    """
    user = _two(by, beside, division, on)
    if not document.strip():
        raise PaymentProblem("no_document", _("请写明启动文件的文号"))
    _must_reach_a_line(division, month, rates)
    with refusals_told(price_subsidy_once_a_month=_("这个月的价格补贴已经启动")):
        row = PriceSubsidy.objects.create(
            division=division,
            month=month,
            benefits=list(benefits),
            cpi_bp=rates["cpi"],
            food_bp=rates["food"],
            index_bp=rates["index"],
            urban_fen=urban_fen,
            rural_fen=rural_fen,
            document=document,
            by=user,
            beside=beside,
        )
    after = {"month": month, "urban": yuan(urban_fen), "rural": yuan(rural_fen), "beside": beside.pk}
    audit.record(by=user, act="payments.start_price_subsidy", subject=row, after=after, division=division)
    return row


def _must_reach_a_line(division: str, month: date, rates: dict[str, int]) -> None:
    """At a line it is reached (启动条件); a place without lines has none to reach."""
    lines = {name: rulebook().rates.find(f"{name}_trigger", division, month) for name in ("cpi", "food_cpi")}
    said = {"cpi": rates["cpi"], "food_cpi": rates["food"]}
    known = {
        name: int(entry.urban) for name, entry in lines.items() if entry and isinstance(entry.urban, int)
    }
    if known and all(said[name] < line for name, line in known.items()):
        raise PaymentProblem(
            "price_line",
            _("涨幅没有达到启动条件（%(lines)s），不能启动价格补贴；请核对当月指数")
            % {"lines": "、".join(f"{line / 100:g}%" for line in known.values())},
        )


@transaction.atomic
def continue_rate(
    *, by: Any, beside: User, rate: str, division: str, year: int, document: str, reason: str, on: date
) -> RateContinuation:
    """Go on with the last value of a rate in a year that has none yet (沿用上一标准), signed by two, by a document."""
    user = _two(by, beside, division, on)
    if rate not in rulebook().rates.rates:
        raise PaymentProblem("rate_unknown", _("没有这项标准"))
    if not document.strip() or not reason.strip():
        raise PaymentProblem("no_document", _("请写明决定的文号和理由"))
    with refusals_told(rate_continued_once_a_year=_("这项标准本年度已经决定沿用")):
        row = RateContinuation.objects.create(
            rate=rate,
            division=division,
            year=year,
            document=document,
            reason=reason[:200],
            by=user,
            beside=beside,
        )
    after = {"rate": rate, "year": year, "document": document, "beside": beside.pk}
    audit.record(
        by=user,
        act="payments.continue_rate",
        subject=row,
        after=after,
        reason=reason,
        division=division,
    )
    return row


def held(run: PayRun, *states: str) -> PayRun:
    """The run under a lock, in one of the states.

    Raises:
        PaymentProblem: `run_moved`.
    """
    row = PayRun.objects.select_for_update().get(pk=run.pk)
    if row.state not in states:
        raise PaymentProblem(
            "run_moved",
            _("批次 %(number)s 现在是“%(state)s”，不能这样办理；请刷新页面")
            % {"number": row.number, "state": row.get_state_display()},
        )
    return row


def _two(by: Any, beside: User, division: str, on: date) -> User:
    user = signer(by, APPROVE, division, on)
    if user == beside:
        raise PaymentProblem("by_two", _("须由两人签字"))
    return user


def one_at_a_time(division: str) -> None:
    """Runs of one place are locked and computed one after the other; other places go on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('pay run'), hashtext(%s))", [division])
