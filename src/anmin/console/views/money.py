"""Money (资金): the month desk, a run with what differs and what stands against it, signatures, and execution of budgets."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.attached import table_attached
from anmin.console.moneydesk import UNCOUNTED, WHO, blocks, places_in, states_of, waits_for
from anmin.console.moneywords import POWERS, noted, shown
from anmin.console.places import place_name
from anmin.console.views.desk import Desk, needs
from anmin.console.views.moneybudget import use_words
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.entitlements.queries import benefits_of_runs, title_of_benefit
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.approvals.queries import approvals as signatures
from anmin.kernel.payments.approvals.queries import waiting_for
from anmin.kernel.payments.budget.queries import Execution, available, execution
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks import queries as exceptions
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import queries
from anmin.kernel.payments.runs.causes import CAUSES
from anmin.kernel.payments.runs.differences import difference_sums, total_before
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.preparing import actions as preparing
from anmin.lib.divisions import DivisionLevel, level_of
from anmin.lib.sheets import FORMS

ROWS, SHOWN = 24, 50


@needs(*POWERS)
def money_desk(desk: Desk) -> HttpResponse:
    """The month desk: runs, what waits for this reader, accounts and recoveries that wait for somebody."""
    counties = [
        code for code in desk.reader.reach("payments.prepare").codes if level_of(code) is DivisionLevel.COUNTY
    ]
    if desk.request.method == "POST":
        return _begin(desk, counties)
    rows = [
        {
            "row": row,
            "open": sum(exceptions.by_code(desk.reader, row).values()),
            "change": 0 if row.state in UNCOUNTED else row.total - total_before(row),
            "waits": waits_for(row),
        }
        for row in queries.runs(desk.reader)[:ROWS]
    ]
    return desk.page(
        "money",
        "money",
        rows=rows,
        waiting=list(waiting_for(desk.reader)),
        to_second=shown(desk, errands.waiting(desk.reader)),
        blocks=blocks(desk.reader, desk.today),
        above=[_of_places(run) for run in queries.runs_above(desk.reader)[:ROWS]],
        counties=counties,
        month=desk.today.replace(day=1),
    )


def _of_places(run: PayRun) -> dict[str, Any]:
    """What a run of the county pays in the reader's places."""
    sums = [one for one in queries.run_sums(run) if one.state != "excluded"]
    return {
        "row": run,
        "number": sum(one.number for one in sums),
        "fen": sum(one.fen for one in sums),
        "states": states_of(sums),
    }


def _begin(desk: Desk, counties: list[str]) -> HttpResponse:
    given = desk.request.POST
    try:
        month = date.fromisoformat(f"{given.get('month', '')}-01")
    except ValueError:
        messages.error(desk.request, _("请选择发放月份"))
        return HttpResponseRedirect(reverse("console:money"))
    division = given.get("division", "")
    if division not in counties:
        messages.error(desk.request, _("请选择您负责的县区"))
        return HttpResponseRedirect(reverse("console:money"))
    try:
        row = preparing.begin(
            by=desk.reader, division=division, month=month, benefits=benefits_of_runs(), on=desk.today
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
        return HttpResponseRedirect(reverse("console:money"))
    messages.success(desk.request, _("名单已锁定，正在后台计算和校验，稍后刷新页面。"))
    return HttpResponseRedirect(reverse("console:money_run", args=[row.pk]))


@needs(*POWERS)
def money_run(desk: Desk, pk: int) -> HttpResponse:
    """One run: sums, differences to last month by cause, what stands against it, who signed."""
    row = _run(desk, pk)
    code = desk.written("code")
    power = desk.written("power")
    power = power if power in WHO else ""
    listed = exceptions.exceptions(desk.reader, row)
    chosen = listed.filter(code=code) if code in CODES else listed
    chosen = chosen.filter(power=power) if power else chosen
    causes = [
        {"cause": one.cause, "words": CAUSES[one.cause], "number": one.number, "fen": one.fen}
        for one in difference_sums(row)
    ]
    before = total_before(row)
    sums = sorted(queries.run_sums(row), key=lambda one: (one.benefit, one.state, one.place))
    by_benefit: dict[str, dict[str, Any]] = {}
    for one in sums:
        entry = by_benefit.setdefault(
            one.benefit, {"key": one.benefit, "title": title_of_benefit(one.benefit), "number": 0, "fen": 0}
        )
        if one.state != "excluded":
            entry["number"] += one.number
            entry["fen"] += one.fen
    rows = [
        {
            "row": one,
            "title": CODES[one.code].title,
            "words": exceptions.words_of(one),
            "can_release": CODES[one.code].can_release,
            "may": desk.reader.may(one.power, one.division)
            and row.state in ("computed", "checked", *checks.SEALED),
            "who": WHO[one.power],
            "to_mend": _to_mend(row, one),
        }
        for one in chosen[:SHOWN]
    ]
    decided = exceptions.decided(desk.reader, row)
    late, may_prepare = row.state in checks.SEALED, desk.reader.may("payments.prepare", row.division)
    named = [*(one["row"] for one in rows), *decided[:SHOWN]]
    noted(desk, [one.line.person_id for one in named if one.line], "money")
    return desk.page(
        "money_run",
        "money",
        row=row,
        benefits=list(by_benefit.values()),
        states=states_of(sums),
        done=shown(desk, errands.errands(desk.reader, row, "close_run", "void_run", "give_up")[:4]),
        causes=causes,
        before=before,
        change=sum(one["fen"] for one in causes),
        codes=[
            {"code": key, "title": CODES[key].title, "number": number}
            for key, number in exceptions.by_code(desk.reader, row).items()
        ],
        code=code,
        power=WHO.get(power, ""),
        exceptions=rows,
        decided=[
            {"row": one, "title": CODES[one.code].title, "words": exceptions.words_of(one)}
            for one in decided[:SHOWN]
        ],
        decided_number=decided.count(),
        funding=_funding(row),
        alike=[one for one in rows if one["may"] and one["row"].line] if code and not late else [],
        late=late,
        may_stop=late and (desk.reader.may("payments.decide", row.division) or may_prepare),
        more=max(chosen.count() - SHOWN, 0),
        signed=list(signatures(row)) if row.seal else [],
        may_prepare=may_prepare,
        may_sign=row in waiting_for(desk.reader),
        listed_number=listed.count(),
    )


def _funding(run: PayRun) -> list[tuple[Any, str, int]]:
    """What each budget line gives to a run, and what it has left now."""
    rows = list(queries.funding(run))
    left = available([one.budget_line for one in rows])
    return [(one, title_of_benefit(one.benefit), left[one.budget_line_id]) for one in rows]


def _to_mend(run: PayRun, one: PayException) -> tuple[str, str] | None:
    """Where what stands against paying is put right, when that is another page: its address, and what is done there."""
    if one.code == "no_card" and one.line is not None and one.line.person_id:
        page = reverse("console:money_payee", args=[one.line.person_id])
        return f"{page}?from={run.roster_day.isoformat()}", _("登记收款账户")
    if one.code == "rate_missing":
        return f"{reverse('console:money_books')}?division={run.division}#continue", _(
            "去签署沿用上一标准的决定"
        )
    return None


@require_POST
@needs("payments.prepare", "payments.approve")
def money_step(desk: Desk, pk: int) -> HttpResponse:
    """Compute anew, submit, sign or send back a run."""
    row, given = _run(desk, pk), desk.request.POST
    reason = given.get("reason", "")[:200]
    try:
        done = _step(desk, row, given.get("step", ""), reason, given.get("seal", ""))
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, done)
    return HttpResponseRedirect(reverse("console:money_run", args=[row.pk]))


def _step(desk: Desk, row: Any, step: str, reason: str, seal: str) -> str:
    if step == "compute":
        preparing.ask(by=desk.reader, run=row, what=preparing.COMPUTE, on=desk.today)
        return _("正在后台重新计算和校验，稍后刷新页面。")
    if step == "submit":
        preparing.ask(by=desk.reader, run=row, what=preparing.SUBMIT, on=desk.today)
        return _("正在后台落实资金并提交审批，稍后刷新页面。")
    if step == "approve":
        approvals.approve(by=desk.reader, run=row, seal=seal, on=desk.today)
        return _("已签字。")
    if step == "send_back":
        approvals.send_back(by=desk.reader, run=row, on=desk.today, reason=reason)
        return _("已退回编制人。")
    raise Http404


@require_POST
@needs("payments.prepare", "payments.decide")
def money_exception(desk: Desk, pk: int) -> HttpResponse:
    """Decide one exception: pay, or leave out this month."""
    row = exceptions.exception_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    given = desk.request.POST
    outcome = given.get("outcome", "")
    if outcome not in ("release", "exclude"):
        raise Http404
    try:
        checks.decide_exception(
            by=desk.reader,
            exception=row,
            outcome=outcome,
            on=desk.today,
            reason=given.get("reason", "")[:500],
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, _("已处理。"))
    return HttpResponseRedirect(reverse("console:money_run", args=[row.run_id]) + f"?code={row.code}")


@require_POST
@needs("payments.prepare", "payments.decide")
def money_alike(desk: Desk, pk: int) -> HttpResponse:
    """Decide the exceptions of one kind that were on the page together, with one reason: all of them or none."""
    row, given = _run(desk, pk), desk.request.POST
    outcome, code = given.get("outcome", ""), given.get("code", "")
    if outcome not in ("release", "exclude") or code not in CODES:
        raise Http404
    keys = [int(key) for key in given.getlist("exception") if key.isdecimal() and len(key) < 19]
    try:
        done = checks.decide_alike(
            by=desk.reader,
            run=row,
            code=code,
            exceptions=keys,
            outcome=outcome,
            on=desk.today,
            reason=given.get("reason", "")[:500],
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, _("已处理 %(n)d 条。") % {"n": done})
    return HttpResponseRedirect(reverse("console:money_run", args=[pk]))


@needs(*POWERS)
def money_funds(desk: Desk) -> HttpResponse:
    """Execution of budgets by place, and line by line behind each place; every figure is a sum over the ledger."""
    asked, division = desk.written("year"), desk.written("division")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else desk.today.year
    division = division if desk.reaches(division) else ""
    codes = [division] if division else desk.scope.codes
    rows = [one for code in codes for one in execution(desk.reader, code, year)]
    if (kind := desk.written("kind")) in FORMS:
        return _funds_table(desk, rows, year, kind)
    places = places_in(rows)
    return desk.page(
        "money_funds",
        "money",
        rows=[(one, use_words(one.use)) for one in rows],
        by_place=places if len(places) > 1 else [],
        division=division,
        year=year,
        years=[desk.today.year, desk.today.year - 1],
    )


def _funds_table(desk: Desk, rows: list[Execution], year: int, kind: str) -> HttpResponse:
    """Execution as a table for finance: every budget line with what the page shows, in yuan; it says nothing about anybody."""
    heading = [
        *(
            _("资金"),
            _("地区代码"),
            _("地区"),
            _("用途"),
            _("下达（元）"),
            _("分配下级（元）"),
            _("本级可支配（元）"),
        ),
        *(_("可用（元）"), _("冻结（元）"), _("在途（元）"), _("支出（元）"), _("退票待处理（元）")),
    ]
    cells = [
        [
            *(one.fund, one.division, place_name(one.division), use_words(one.use)),
            *(fen / 100 for fen in (one.planned, one.allotted, one.own, one.available, one.blocked)),
            *(fen / 100 for fen in (one.transit, one.spent, one.returned)),
        ]
        for one in rows
    ]
    mark = watermark(desk.reader, timezone.localtime())
    return table_attached(kind, f"{_('预算执行')}-{year}", heading, cells, mark)


def _run(desk: Desk, pk: int) -> Any:
    row = queries.run_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row
