"""The township reserve fund (临时救助备用金): ledger and balance, put in, pay first, papers that are overdue, close a month."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.counterwords import worded
from anmin.console.formlook import PlainForm
from anmin.console.moneywords import shown
from anmin.console.places import place_name
from anmin.console.views.desk import Desk, needs
from anmin.console.views.verification import seen_in
from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.procedures import ProcedureProblem
from anmin.kernel.cases.queries import case_numbered, ways_on, work_list
from anmin.kernel.cases.reserve import actions, errands, queries
from anmin.kernel.cases.reserve.limits import limit_of
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.payments.errands import actions as money
from anmin.kernel.payments.problems import PaymentProblem
from anmin.lib.calendar import add_months
from anmin.lib.divisions import DivisionLevel, ancestors, level_of
from anmin.policy.errors import PolicyError

POWERS = ("emergency.pay", "payments.prepare", "payments.read", "case.confirm", "case.confirm_in_town")
FILL = ("emergency.pay", "payments.prepare", "case.confirm")
REFUSED = (StepRefused, actions.ReserveProblem, ProcedureProblem, PolicyError, PaymentProblem)
TOWN_DIGITS, SHOWN = 9, 10
LAST_YEAR = "last_year"
"""Giving back what was left of last year: a year's reserve is its own, and it is the year's last entry."""


class PutInForm(PlainForm):
    """Money that comes in, or goes back."""

    kind = forms.ChoiceField(
        label=gettext_lazy("登记什么"),
        choices=(
            ("advance", gettext_lazy("预拨")),
            ("topup", gettext_lazy("补足")),
            ("give_back", gettext_lazy("交回")),
            (LAST_YEAR, gettext_lazy("交回上年结余（记在上年末）")),
        ),
    )
    yuan = forms.DecimalField(
        label=gettext_lazy("金额（元）"),
        max_digits=11,
        decimal_places=2,
        min_value=0,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)


@needs(*POWERS)
def reserve(desk: Desk) -> HttpResponse:
    """The ledger of a town in a year."""
    towns, town = _towns(desk), asked_town(desk)
    if not town:
        return desk.page("reserve", "reserve", town="", towns=[])
    form, refusals = PutInForm(None), []
    if desk.request.method == "POST":
        form = PutInForm(desk.request.POST if desk.request.POST.get("what") == "put_in" else None)
        try:
            if _done(desk, town, form):
                return HttpResponseRedirect(f"{reverse('console:reserve')}?town={town}")
        except StaleCase as stale:
            refusals = [("stale", str(stale))]
        except REFUSED as trouble:
            refusals = worded(trouble)
    return _page(desk, town, towns, form, refusals)


def asked_town(desk: Desk) -> str:
    """The town in the address, or the first in the reader's sight; empty for nobody's."""
    towns = dict(_towns(desk))
    return desk.written("town") if desk.written("town") in towns else next(iter(towns), "")


def asked_year(desk: Desk) -> int:
    """The year in the address, else this one."""
    asked = desk.written("year")
    return int(asked) if asked.isdigit() and len(asked) == 4 else desk.today.year


def _done(desk: Desk, town: str, form: PutInForm) -> bool:
    given = desk.request.POST
    what = given.get("what", "")
    if what == "put_in":
        if not form.is_valid():
            return False
        values = form.cleaned_data
        is_late = values["kind"] == LAST_YEAR
        actions.put_in(
            by=desk.reader,
            town=town,
            fen=int(values["yuan"] * 100),
            on=date(desk.today.year - 1, 12, 31) if is_late else desk.today,
            note=values["note"],
            kind="give_back" if is_late else values["kind"],
        )
        messages.success(desk.request, _("已登记。"))
    elif what == "pay_first":
        _pay_first(desk, given)
    elif what == "close":
        errands.ask_to_close(by=desk.reader, town=town, month=_month(given), on=desk.today)
        messages.success(desk.request, _("已提出，等另一人复核。"))
    elif what in ("second", "decline", "withdraw"):
        _answered(desk, town, what)
    return True


def _answered(desk: Desk, town: str, what: str) -> None:
    """Another person agrees or does not, or whoever asked takes it back."""
    key = desk.request.POST.get("errand", "")
    row = errands.errands_of(desk.reader, town).filter(pk=int(key) if key.isdigit() else 0).first()
    if row is None:
        raise actions.ReserveProblem(_("没有找到这一项，请刷新页面"))
    if what == "second":
        money.second(by=desk.reader, errand=row, on=desk.today)
        messages.success(desk.request, _("已复核同意，正在后台办理，稍后刷新页面看结果。"))
    elif what == "decline":
        reason = desk.request.POST.get("reason", "")[:400]
        money.decline(by=desk.reader, errand=row, on=desk.today, reason=reason)
        messages.success(desk.request, _("已退回，没有办理。"))
    else:
        money.withdraw(by=desk.reader, errand=row, on=desk.today)
        messages.success(desk.request, _("已撤回。"))


def _pay_first(desk: Desk, given: Any) -> None:
    case = case_numbered(desk.reader, given.get("case", ""))
    if case is None:
        raise actions.ReserveProblem(_("没有找到这件，请从列表中选择"))
    text = given.get("yuan", "").replace(",", "").strip()
    try:
        fen = int(forms.DecimalField(max_digits=11, decimal_places=2).clean(text) * 100)
    except forms.ValidationError:
        raise actions.ReserveProblem(_("金额写元，例如 600 或 600.50")) from None
    errands.ask_to_pay_first(
        by=desk.reader,
        case=case,
        fen=fen,
        seen=seen_in({"seen": given.get(f"seen-{case.number}", "")}),
        reason=given.get("reason", "").replace("\x00", "")[:500],
        on=desk.today,
    )
    messages.success(desk.request, _("已提出，等另一人复核。"))


def _month(given: Any) -> date:
    try:
        return date.fromisoformat(given.get("month", ""))
    except ValueError:
        raise actions.ReserveProblem(_("请选择要对账的月份")) from None


def _towns(desk: Desk) -> list[tuple[str, str]]:
    """The towns in the reader's sight; a village's own town too."""
    catalogue, found = Catalogue.load(), {}
    for code in desk.scope.codes:
        level = level_of(code)
        if level in (DivisionLevel.TOWN, DivisionLevel.VILLAGE):
            town = next((one for one in ancestors(code) if level_of(one) is DivisionLevel.TOWN), None)
            if town is not None:
                found[town[:TOWN_DIGITS]] = place_name(town)
        elif level is DivisionLevel.COUNTY:
            found |= {
                row.code[:TOWN_DIGITS]: row.name
                for row in catalogue.towns_of(code[:4] + "00")
                if row.code[:6] == code[:6]
            }
        else:
            found |= {row.code[:TOWN_DIGITS]: row.name for row in catalogue.towns_of(code[:4] + "00")}
    return sorted(found.items())


def _payable(desk: Desk, town: str) -> tuple[list[tuple[Any, int]], list[tuple[Any, str]]]:
    """Cases of the town in which money may be paid before the papers, each with its limit in fen.

    Beside them those whose limit the place has not fixed or cannot be reckoned, with the words that say who supplies it.
    """
    found: list[tuple[Any, int]] = []
    stuck: list[tuple[Any, str]] = []
    for case in work_list(desk.reader).filter(division__startswith=town)[:200]:
        if not any(
            way.step.action == "pay_first" and way.is_open
            for way in ways_on(case, by=desk.reader, on=desk.today)
        ):
            continue
        try:
            limit = limit_of(case, desk.today)
        except ProcedureProblem as trouble:
            stuck.append((case, str(trouble)))
        except PolicyError as trouble:
            stuck.append((case, f"{trouble.what} {trouble.todo}".strip()))
        else:
            if limit is not None:
                found.append((case, limit))
    return found, stuck


def _page(
    desk: Desk, town: str, towns: Any, form: PutInForm, refusals: list[tuple[str, str]]
) -> HttpResponse:
    year = asked_year(desk)
    rows, left = [], 0
    for row in queries.ledger(desk.reader, town, year):
        left += row.fen
        rows.append((row, left))
    closed = queries.closings(desk.reader, town, year)
    last = add_months(desk.today.replace(day=1), -1)
    months = [last, desk.today.replace(day=1)] if desk.today.day >= 28 else [last]
    done = {row.month for row in closed}
    may = any(desk.reader.may(power, town) for power in FILL)
    payable, stuck = _payable(desk, town) if desk.reader.may("emergency.pay", town) else ([], [])
    return desk.page(
        "reserve",
        "reserve",
        town=town,
        towns=towns,
        name=dict(towns)[town],
        year=year,
        years=[desk.today.year, desk.today.year - 1],
        rows=rows,
        balance=queries.balance(town, year),
        advanced=queries.advanced(town, year),
        overdue=[row for row in queries.overdue_papers(desk.reader, desk.today) if row.division == town],
        closed=closed,
        months=[month for month in months if month not in done and month.year == year],
        payable=payable,
        stuck=stuck,
        errands=shown(desk, errands.errands_of(desk.reader, town)[:SHOWN]),
        form=form,
        may=may,
        refusals=refusals,
        typed=desk.request.POST if refusals else {},
    )
