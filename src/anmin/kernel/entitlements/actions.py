"""Write a decision; begin, change, suspend, resume, fade and end a benefit — each only from a decision."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.grounds import NO_GROUNDS, Grounds
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.entitlements.starts import free_day
from anmin.kernel.entitlements.years import free_year, is_yearly, without_a_year_after
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.queries import names_in
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError

DAY = timedelta(1)


class EntitlementProblem(ValueError):
    """A benefit cannot be changed so; the message says why and what to do."""


@transaction.atomic
def decide(
    *,
    by: User,
    case_number: str,
    matter: str,
    division: str,
    household: Household,
    outcome: str,
    on: date,
    grounds: Grounds = NO_GROUNDS,
    benefit: str = "",
    person: Person | None = None,
    layer: int | None = None,
    amount: int | None = None,
    reason: str = "",
    law: str = "",
    level: int = 1,
    is_public: bool = False,
) -> Decision:
    """Write down what somebody decided, with everything it rests on (审核确认决定). It never changes afterwards.

    Raises:
        EntitlementProblem: when what is against people has no reason, or somebody who is not a person decides.
    """
    if not isinstance(by, User):
        raise EntitlementProblem("决定只能由工作人员作出")
    if outcome in Decision.ADVERSE and not reason.strip():
        raise EntitlementProblem("不利于群众的决定要写明理由")
    row = Decision.objects.create(
        case_number=case_number,
        matter=matter,
        benefit=benefit,
        division=division,
        level=level,
        household=household,
        person=person,
        outcome=outcome,
        layer=layer,
        amount=amount,
        on=on,
        reason=reason.strip(),
        law=law[:200],
        facts=grounds.facts,
        rates=grounds.rates,
        findings=grounds.findings,
        rules=grounds.rules,
        grounds=grounds.seal,
        is_public=is_public,
        decided_by=by,
    )
    after = {
        "outcome": outcome,
        "benefit": benefit,
        "layer": layer,
        "amount": amount,
        "grounds": grounds.seal,
    }
    audit.record(
        by=by,
        act="entitlements.decide",
        subject=row,
        after=after,
        reason=row.reason,
        division=division,
        about=names_in(household) if row.reason else (),
    )
    return row


@transaction.atomic
def begin(
    *,
    by: Any,
    decision: Decision,
    benefit: str,
    first_month: date,
    fen: int,
    person: Person | None = None,
    review_due: date | None = None,
    last_month: date | None = None,
) -> Entitlement:
    """Begin a benefit from a grant (待遇起发). Months are given by their first day; `fen` may be 0 for a recognition.

    `fen` is of each month; of a benefit that is paid by the year it is the year's, due in the place's month.

    Raises:
        EntitlementProblem: for a month in which the same benefit still runs.
        PolicyError: `rate_missing` where a place has not entered what the benefit waits for, such as in which month a
            year's sum is due; it says who enters it.
    """
    _check(decision, {"grant", "change"})
    _check_standards(decision, benefit)
    first_day = free_day(decision.household, person, benefit, first_month)
    if first_day is None:
        raise EntitlementProblem(f"同一项待遇在 {first_month:%Y-%m} 还在册，不能重复起发；请核对起发的月份")
    row = Entitlement.objects.create(
        benefit=benefit,
        division=decision.division,
        level=decision.level,
        household=decision.household,
        person=person,
        first_day=first_day,
        last_day=None if last_month is None else add_months(last_month, 1) - DAY,
        begun_by=decision,
        review_due=review_due,
    )
    _write_amount(row, decision, first_month, fen, last_month)
    _record(by, "begin", row, {"benefit": benefit, "fen": fen, "from": first_month})
    return row


@transaction.atomic
def change_amount(
    *, by: Any, decision: Decision, entitlement: Entitlement, first_month: date, fen: int
) -> Entitlement:
    """Another amount from a month on (待遇调整); a lower one needs a decision to reduce.

    What was granted for a time ends when it would have. What fades goes on without an end: whoever has an amount by a
    decision of now is entitled again. What is held back is resumed and not changed: it would be paid meanwhile.
    """
    row = _held(entitlement, Entitlement.State.ACTIVE, Entitlement.State.FADING)
    now = _amount_in(row, first_month) or _next_year(row, first_month)
    lower = now is not None and fen < now.fen
    _check(decision, {"reduce"} if lower else {"change", "grant", "resume"})
    if row.state == Entitlement.State.FADING:
        row.state, row.last_day = Entitlement.State.ACTIVE, None
    _set_amount(row, decision, first_month, fen, _last_month(row, first_month))
    row.changed_by = decision
    row.save(update_fields=["state", "last_day", "changed_by"])
    _record(by, "change", row, {"fen": fen, "from": first_month}, decision.reason)
    return row


@transaction.atomic
def raise_months(
    *,
    by: Any,
    decision: Decision,
    entitlement: Entitlement,
    first_month: date,
    last_month: date | None,
    fen: int,
) -> Entitlement:
    """A higher amount for months that lie within one amount of today (补调); what is before and after stays.

    Also of a benefit that has ended since: its months are still due.
    """
    _check(decision, {"change"})
    row = Entitlement.objects.select_for_update().get(pk=entitlement.pk)
    amount = _amount_in(row, first_month)
    ends = amount is not None and (
        amount.last_month is None or (last_month is not None and last_month <= amount.last_month)
    )
    if amount is None or not ends or fen <= amount.fen:
        raise EntitlementProblem("这些月份没有同一个较低的金额，不能这样补调；请重新测算")
    first, last, before, why = amount.first_month, amount.last_month, amount.fen, amount.decision
    year = amount.year
    if first < first_month:
        amount.last_month = add_months(first_month, -1)
        amount.save(update_fields=["last_month"])
    else:
        amount.delete()
    Amount.objects.create(
        entitlement=row,
        first_month=first_month,
        last_month=last_month,
        year=year,
        fen=fen,
        decision=decision,
    )
    if last_month is not None and last_month != last:
        Amount.objects.create(
            entitlement=row, first_month=add_months(last_month, 1), last_month=last, fen=before, decision=why
        )
    row.changed_by = decision
    row.save(update_fields=["changed_by"])
    _record(by, "raise", row, {"fen": fen, "from": first_month, "until": last_month})
    return row


@transaction.atomic
def suspend(*, by: Any, decision: Decision, entitlement: Entitlement, first_month: date) -> Entitlement:
    """Hold a benefit back from a month on (暂停), while something is cleared up."""
    _check(decision, {"suspend"})
    row = _held(entitlement, Entitlement.State.ACTIVE, Entitlement.State.FADING)
    _set_amount(row, decision, first_month, 0)
    return _moved(by, "suspend", row, Entitlement.State.SUSPENDED, decision)


@transaction.atomic
def resume(
    *, by: Any, decision: Decision, entitlement: Entitlement, first_month: date, fen: int
) -> Entitlement:
    """Pay again from a month on (恢复); what was held back may be due: `first_month` may lie in the past.

    What was granted for a time, or faded, ends when it would have. Months before it was held back stay as they were.
    """
    _check(decision, {"resume"})
    row = _held(entitlement, Entitlement.State.SUSPENDED)
    since = row.amounts.filter(fen=0).order_by("-first_month").first()
    if since is not None and first_month < since.first_month:
        raise EntitlementProblem(
            f"这项待遇自 {since.first_month:%Y-%m} 起暂停，恢复不能早于这个月；以前月份的金额须另行调整"
        )
    _set_amount(row, decision, first_month, fen, _last_month(row, first_month))
    return _moved(by, "resume", row, Entitlement.State.ACTIVE, decision)


@transaction.atomic
def fade(
    *, by: Any, decision: Decision, entitlement: Entitlement, first_month: date, last_month: date, fen: int
) -> Entitlement:
    """Pay on for some months after a member took a job (渐退期), then it ends by itself of the same decision."""
    _check(decision, {"change", "reduce"})
    row = _held(entitlement, Entitlement.State.ACTIVE)
    _set_amount(row, decision, first_month, fen, last_month)
    row.last_day = add_months(last_month, 1) - DAY
    return _moved(by, "fade", row, Entitlement.State.FADING, decision)


@transaction.atomic
def end(*, by: Any, decision: Decision, entitlement: Entitlement, first_month: date) -> Entitlement:
    """End a benefit from a month on (停发): the last day is the one before it."""
    _check(decision, {"stop"})
    row = _held(entitlement)
    _close_amounts(row, first_month)
    row.last_day = max(first_month - DAY, row.first_day)
    row.ended_by = decision
    return _moved(by, "end", row, Entitlement.State.ENDED, decision)


@transaction.atomic
def carry_years_on(*, by: Any, division: str, benefits: Collection[str], month: date) -> int:
    """Write the next year's amount of what runs by the year, by the decision that holds, up to the first one after a month.

    Called when a month's roster is locked, so that each year is on the books before it is due, and what is deducted
    from one knows that another follows. How many amounts were written.
    """
    written = 0
    for row in without_a_year_after(division, benefits, month).select_for_update(of=("self",)):
        newest = row.amounts.filter(year__isnull=False).order_by("-year").select_related("decision").first()
        while newest is not None and newest.first_month <= month:
            newest = _write_year(row, newest.decision, add_months(newest.first_month, 1), newest.fen)
            written += newest is not None
    if written:
        audit.record(
            by=signature(by),
            act="entitlements.carry_years_on",
            subject=f"{division} {month:%Y-%m}",
            after={"amounts": written},
            division=division,
        )
    return written


def _check(decision: Decision, outcomes: set[str]) -> None:
    if decision.outcome not in outcomes:
        label = Decision.Outcome(decision.outcome).label
        raise EntitlementProblem(f"这份决定是“{label}”，不能据此作这种变动；请先作出相应的决定")


def _check_standards(decision: Decision, benefit: str) -> None:
    known = rulebook().benefits.get(benefit)
    lacking = rulebook().lacking(benefit, decision.division, decision.on) if known is not None else ()
    if known is not None and lacking:
        who = known.source or "市民政局"
        raise PolicyError(
            "rate_missing",
            what=f"当地还没有登记“{'、'.join(lacking)}”，{known.title}不能起发",
            where=f"行政区划 {decision.division}，日期 {decision.on}",
            todo=f"由{who}确定后，请系统管理员在费率文件中补一行并写明文号",
        )


def _held(entitlement: Entitlement, *states: str) -> Entitlement:
    row = Entitlement.objects.select_for_update().get(pk=entitlement.pk)
    if row.state == Entitlement.State.ENDED or (states and row.state not in states):
        raise EntitlementProblem(f"这项待遇现在是“{row.get_state_display()}”，不能作这种变动；请刷新页面")
    return row


def _amount_in(row: Entitlement, month: date) -> Amount | None:
    rows = row.amounts.filter(first_month__lte=month).order_by("-first_month")
    found = rows.first()
    return found if found is not None and (found.last_month is None or found.last_month >= month) else None


def _last_month(row: Entitlement, first_month: date) -> date | None:
    """The last month of what was granted for a time or fades; None where no end is known."""
    if row.last_day is None:
        return None
    last = row.last_day.replace(day=1)
    if first_month > last:
        raise EntitlementProblem(
            f"这项待遇到 {last:%Y-%m} 为止，不能从 {first_month:%Y-%m} 起再发；还需要救助的，请重新申请"
        )
    return last


def _close_amounts(row: Entitlement, first_month: date) -> None:
    """Cut amounts off before a month; what lay wholly after it goes, and stays in the history of rows."""
    for amount in row.amounts.order_by("first_month"):
        if amount.last_month is not None and amount.last_month < first_month:
            continue
        if amount.first_month < first_month:
            amount.last_month = add_months(first_month, -1)
            amount.save(update_fields=["last_month"])
        else:
            amount.delete()


def _set_amount(
    row: Entitlement, decision: Decision, first_month: date, fen: int, last_month: date | None = None
) -> None:
    if first_month < row.first_day.replace(day=1):
        raise EntitlementProblem(f"起始月早于待遇起发的 {row.first_day:%Y-%m}，请核对")
    _close_amounts(row, first_month)
    _write_amount(row, decision, first_month, fen, last_month)


def _write_amount(
    row: Entitlement, decision: Decision, first_month: date, fen: int, last_month: date | None
) -> None:
    """Fen of each month, or of the first year that falls due; a year of nothing is no row, so that it can still be paid."""
    if not is_yearly(row.benefit):
        Amount.objects.create(
            entitlement=row, first_month=first_month, last_month=last_month, fen=fen, decision=decision
        )
    elif fen:
        _write_year(row, decision, first_month, fen, last_month)


def _write_year(
    row: Entitlement, decision: Decision, first: date, fen: int, last: date | None = None
) -> Amount | None:
    due = free_year(row, first, last)
    if due is None:
        return None
    return Amount.objects.create(
        entitlement=row, first_month=due, last_month=due, year=due.year, fen=fen, decision=decision
    )


def _next_year(row: Entitlement, first_month: date) -> Amount | None:
    """The next amount of a benefit that is paid by the year."""
    if not is_yearly(row.benefit):
        return None
    return row.amounts.filter(first_month__gte=first_month).order_by("first_month").first()


def _moved(by: Any, what: str, row: Entitlement, state: str, decision: Decision) -> Entitlement:
    before, row.state, row.changed_by = row.state, state, decision
    row.save()
    _record(by, what, row, {"state": state, "before": before}, decision.reason)
    return row


def _record(by: Any, what: str, row: Entitlement, after: dict[str, Any], reason: str = "") -> None:
    audit.record(
        by=by,
        act=f"entitlements.{what}",
        subject=row,
        after=after,
        reason=reason,
        division=row.division,
        about=names_in(row.household) if reason else (),
    )
