"""Recoveries (多发追回): found, heard, noticed, agreed, paid back or given up, each step a form with what stands in the way."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.moneyasking import month_in, yuan_in
from anmin.console.moneywords import POWERS, noted, page_of, shown
from anmin.console.views.desk import Desk, needs
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.books import RECOVERY
from anmin.kernel.cases.queries import case_numbered, running
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.entitlements.queries import decisions, entitlements, title_of_benefit
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions, queries
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.months.queries import offset_of
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.recovery.refunds.queries import refund_of, refunded_beyond, refunds_of
from anmin.kernel.people import queries as people

STEP = ("payments.prepare", "payments.decide")
INSTALMENTS = 12
"""Rows for an agreement; a longer one is agreed in parts."""
AGREED = [(way.value, way.label) for way in (RecoveryInstalment.Way.PAID_IN, RecoveryInstalment.Way.DEDUCT)]
"""How a family can pay back."""
ERRANDS = ("write_off", "take_back_claim", "refund_by_hand")
TAKEN_BACK = {
    "noticed": gettext_lazy("撤回追回通知"),
    "agreed": gettext_lazy("撤回追回通知"),
    "court": gettext_lazy("撤回追回"),
    "repaid": gettext_lazy("撤回追回"),
    "written_off": gettext_lazy("撤回追回"),
}
"""States in which a claim can be taken back, and what that is called then."""


@needs(*POWERS)
def money_recoveries(desk: Desk) -> HttpResponse:
    """Recoveries in the reader's places, all or in one state."""
    state = desk.written("state")
    state = state if state in (*Recovery.State.values, queries.TO_REFUND) else ""
    page = page_of(desk, queries.recoveries(desk.reader, state))
    return desk.page(
        "money_recoveries",
        "money",
        tab="recoveries",
        page_of=page,
        rows=[
            (row, queries.owed_of(row), title_of_benefit(row.entitlement.benefit)) for row in page.object_list
        ],
        state=state,
        states=[*Recovery.State.choices, (queries.TO_REFUND, _("已撤回、待退还"))],
    )


@needs(*POWERS)
def money_recovery(desk: Desk, pk: int) -> HttpResponse:
    """One recovery: its months, what the family said, the agreement, and what comes next."""
    row = _row(desk, pk)
    noted(desk, [row.entitlement.person_id or _head(row)], "money", klass="page")
    found = decisions(desk.reader).filter(household=row.household, outcome="recover", amount=row.fen)
    return desk.page(
        "money_recovery",
        "money",
        tab="recoveries",
        row=row,
        title=title_of_benefit(row.entitlement.benefit),
        months=row.months.order_by("month", "sequence"),
        instalments=queries.instalments_of(row),
        stuck=queries.stuck(row, desk.today.replace(day=1)),
        left=queries.owed_of(row),
        free=queries.free_of(row),
        back=queries.came_back(row),
        refund=refund_of(row),
        refunds=refunds_of(row),
        beyond=refunded_beyond(row),
        came_to_nothing=queries.deducting(row, "returned"),
        offset=offset_of(row) if row.state in TAKEN_BACK else [],
        in_error=TAKEN_BACK.get(row.state, ""),
        now=queries.overpaid_now(row) if row.state in ("found", "heard") else row.fen,
        decisions=[one for one in found if not hasattr(one, "recovery")] if row.state == "heard" else [],
        causes=[one for one in Recovery.Cause.choices if one[0] != Recovery.Cause.UNKNOWN],
        ways=AGREED,
        places=range(1, INSTALMENTS + 1),
        case=running(row.entitlement, RECOVERY) if row.state in ("found", "heard") else None,
        may_prepare=desk.reader.may("payments.prepare", row.division),
        may_decide=desk.reader.may("payments.decide", row.division),
        done=shown(desk, errands.errands(desk.reader, None, *ERRANDS).filter(subject=pk)),
    )


@require_POST
@needs(*STEP)
def money_recovery_new(desk: Desk, number: str) -> HttpResponse:
    """Write down by hand that a month of a household's benefit was overpaid, such as before payments began here."""
    home = people.household(desk.reader, number)
    if home is None:
        raise Http404
    given = desk.request.POST
    rows = {str(row.pk): row for row in entitlements(desk.reader).filter(household=home)}
    try:
        chosen = rows.get(given.get("entitlement", ""))
        if chosen is None:
            raise PaymentProblem("unreadable", _("请选择多发的是哪项待遇"))
        months = {month_in(given.get("month", "")): yuan_in(given.get("yuan", ""), _("多发金额"))}
        row = actions.find(by=desk.reader, entitlement=chosen, months=months, on=desk.today)
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
        return HttpResponseRedirect(reverse("console:money_home", args=[number]))
    messages.success(desk.request, _("已登记多发；没有决定以前，不会追回也不会抵扣。"))
    return HttpResponseRedirect(reverse("console:money_recovery", args=[row.pk]))


@require_POST
@needs(*STEP)
def money_recovery_case(desk: Desk, pk: int) -> HttpResponse:
    """Open the case in which somebody decides whether it is claimed back; one that is under way is opened instead."""
    row = _row(desk, pk)
    case = running(row.entitlement, RECOVERY)
    try:
        if case is None:
            reason = _("多发追回 %(number)s") % {"number": row.number}
            case = open_upkeep(
                by=desk.reader, entitlement=row.entitlement, on=desk.today, matter=RECOVERY, reason=reason
            )
    except StepRefused as refused:
        messages.error(desk.request, str(refused))
        return HttpResponseRedirect(reverse("console:money_recovery", args=[pk]))
    messages.success(
        desk.request, _("追回办件 %(number)s：核实、告知以后由人决定。") % {"number": case.number}
    )
    if case_numbered(desk.reader, case.number) is None:
        return HttpResponseRedirect(reverse("console:money_recovery", args=[pk]))
    return HttpResponseRedirect(reverse("console:case", args=[case.number]))


@require_POST
@needs(*STEP)
def money_recovery_step(desk: Desk, pk: int) -> HttpResponse:
    """Hear, give notice, agree, receive, hand to the court, drop or void."""
    row = _row(desk, pk)
    step = desk.request.POST.get("step", "")
    if step not in STEPS:
        raise Http404
    try:
        told = STEPS[step](desk, row)
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, told)
    return HttpResponseRedirect(reverse("console:money_recovery", args=[pk]))


def _hear(desk: Desk, row: Recovery) -> str:
    actions.hear(by=desk.reader, recovery=row, statement=_text(desk, "statement", 1000), on=desk.today)
    return _("已记下当事人的说明。")


def _notice(desk: Desk, row: Recovery) -> str:
    chosen = desk.request.POST.get("decision", "")
    found = decisions(desk.reader).filter(household=row.household, outcome="recover")
    decision = next((one for one in found if str(one.pk) == chosen), None)
    if decision is None:
        raise PaymentProblem("recovery_decision", _("请选择追回决定；还没有决定的，先在办件里作出"))
    actions.notice(
        by=desk.reader,
        recovery=row,
        decision=decision,
        cause=desk.request.POST.get("cause", ""),
        on=desk.today,
    )
    return _("已下达追回通知，记入应收。")


def _agree(desk: Desk, row: Recovery) -> str:
    given = desk.request.POST
    agreed = [
        actions.Instalment(
            month_in(given.get(f"month-{at}", "")),
            yuan_in(given[f"yuan-{at}"], _("第 %(n)d 期金额") % {"n": at}),
            given.get(f"way-{at}", ""),
        )
        for at in range(1, INSTALMENTS + 1)
        if given.get(f"yuan-{at}", "").strip()
    ]
    actions.agree(
        by=desk.reader,
        recovery=row,
        instalments=agreed,
        agreement=_text(desk, "agreement", 1000),
        on=desk.today,
    )
    return _("已登记还款协议。")


def _receive(desk: Desk, row: Recovery) -> str:
    given = desk.request.POST
    fen = yuan_in(given.get("yuan", ""), _("缴回金额"))
    actions.receive(
        by=desk.reader, recovery=row, fen=fen, on=desk.today, document=_text(desk, "document", 100)
    )
    return _("已登记缴回。")


def _court(desk: Desk, row: Recovery) -> str:
    actions.go_to_court(by=desk.reader, recovery=row, on=desk.today, reason=_text(desk, "reason", 500))
    return _("已登记移送法院，仍然记在应收。")


def _drop(desk: Desk, row: Recovery) -> str:
    actions.drop(by=desk.reader, recovery=row, on=desk.today, reason=_text(desk, "reason", 500))
    return _("已决定不予追回。")


def _take_back(desk: Desk, row: Recovery) -> str:
    refunds.take_back(by=desk.reader, recovery=row, on=desk.today, reason=_text(desk, "reason", 500))
    return _("已撤回追回通知，不再应收；请在追回办件里也登记。")


def _void(desk: Desk, row: Recovery) -> str:
    actions.void(by=desk.reader, recovery=row, on=desk.today, reason=_text(desk, "reason", 500))
    return _("已作废；仍然多发的，下次发放会重新发现。")


STEPS = {
    "hear": _hear,
    "notice": _notice,
    "agree": _agree,
    "receive": _receive,
    "court": _court,
    "drop": _drop,
    "void": _void,
    "take_back": _take_back,
}


def _text(desk: Desk, name: str, longest: int) -> str:
    return desk.request.POST.get(name, "").replace("\x00", "")[:longest]


def _head(row: Recovery) -> int | None:
    return getattr(row.household, "head_id", None)


def _row(desk: Desk, pk: int) -> Any:
    row = queries.recovery_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row
