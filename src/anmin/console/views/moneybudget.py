"""Budgets and books (预算和账簿): funds, lines and moves by document, execution, months closed by two, subsidies and rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.formlook import PlainForm, day_input
from anmin.console.moneyasking import month_in, yuan_in
from anmin.console.moneywords import POWERS, in_columns, noted, page_of, posted, rate_title, shown
from anmin.console.places import place_name
from anmin.console.views.desk import Desk, needs
from anmin.console.views.moneybanks import places_of
from anmin.console.words import DOMAINS
from anmin.kernel.entitlements.queries import benefits_of_runs, title_of_benefit
from anmin.kernel.payments.budget import actions, queries
from anmin.kernel.payments.budget.models import Fund
from anmin.kernel.payments.budget.uses import covers
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.payments.ledger import queries as ledger
from anmin.kernel.payments.ledger.models import Account
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.queries import continuations, price_subsidies
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.lib.divisions import DivisionLevel, is_within, level_of

MOVES = {
    "appropriate": gettext_lazy("下达"),
    "cut": gettext_lazy("核减"),
    "allot": gettext_lazy("分配下级"),
    "take_back": gettext_lazy("从下级收回"),
}


class FundForm(PlainForm):
    """A source of money."""

    key = forms.SlugField(label=gettext_lazy("代号（字母、数字）"), max_length=40)
    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    source = forms.ChoiceField(label=gettext_lazy("来源"), choices=Fund.Source.choices)
    uses = forms.MultipleChoiceField(
        label=gettext_lazy("允许的用途"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    law = forms.CharField(label=gettext_lazy("依据的文件"), max_length=200)
    first_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uses"].choices = uses()  # type: ignore[attr-defined]


class LineForm(PlainForm):
    """A budget line of a place and a year."""

    fund = forms.ChoiceField(label=gettext_lazy("资金"), choices=())
    division = forms.CharField(
        label=gettext_lazy("地区代码"), max_length=12, help_text=gettext_lazy("例如 371002")
    )
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    use = forms.ChoiceField(label=gettext_lazy("用途"), choices=())
    rank = forms.IntegerField(
        label=gettext_lazy("使用顺序"),
        min_value=1,
        max_value=999,
        initial=100,
        help_text=gettext_lazy("数小的先用"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fund"].choices = [(row.key, row.title) for row in queries.funds()]  # type: ignore[attr-defined]
        self.fields["use"].choices = uses()  # type: ignore[attr-defined]


@needs(*POWERS)
def money_budget(desk: Desk) -> HttpResponse:
    """Funds and what they may pay for, the lines of a year, and forms for a new fund and a new line."""
    what = desk.request.POST.get("what", "")
    year = _year(desk)
    fund = FundForm(desk.request.POST if what == "fund" else None, initial={"first_day": desk.today})
    line = LineForm(
        desk.request.POST if what == "line" else None, initial={"year": year, "division": desk.home}
    )
    refusals: list[tuple[str, str]] = []
    if desk.request.method == "POST":
        try:
            if _added(desk, fund if what == "fund" else line, what):
                return HttpResponseRedirect(f"{reverse('console:money_budget')}?year={year}")
        except PaymentProblem as problem:
            refusals = [("refused", str(problem))]
    lines = list(queries.budget_lines(desk.reader, year))
    left = queries.available(lines)
    return desk.page(
        "money_budget",
        "money",
        tab="budget",
        year=year,
        years=[desk.today.year + 1, desk.today.year, desk.today.year - 1],
        funds=[(row, "、".join(use_words(one) for one in row.uses)) for row in queries.funds()],
        rows=[(row, left[row.pk], use_words(row.use)) for row in lines],
        fund=fund,
        line=line,
        what=what,
        refusals=refusals,
        may=desk.reader.may("payments.prepare"),
    )


def _added(desk: Desk, form: Any, what: str) -> bool:
    if not desk.reader.may("payments.prepare"):
        raise PermissionDenied
    if what not in ("fund", "line") or not form.is_valid():
        return False
    given = form.cleaned_data
    if what == "fund":
        actions.add_fund(by=desk.reader, **given)
        messages.success(desk.request, _("资金来源已登记。"))
        return True
    if not desk.reaches(given["division"]):
        raise PaymentProblem("unreadable", _("请选择您负责的县区"))
    fund = next(row for row in queries.funds() if row.key == given.pop("fund"))
    actions.open_line(by=desk.reader, fund=fund, on=desk.today, **given)
    messages.success(desk.request, _("预算指标已设立，下达资金后可用。"))
    return True


@needs(*POWERS)
def money_budget_line(desk: Desk, pk: int) -> HttpResponse:
    """One line: what came and went by document, what is left, and forms to move money."""
    line = _line(desk, pk)
    below = [
        row
        for row in queries.budget_lines(desk.reader, line.year)
        if row.fund_id == line.fund_id
        and row.division != line.division
        and is_within(row.division, line.division)
        and covers([line.use], row.use)
    ]
    account = desk.written("account")
    account = account if account in Account.values else ""
    listed = ledger.postings(desk.reader, pk, account)
    page = page_of(desk, listed if account else listed.none())
    noted(desk, [row.pay_line.person_id for row in page.object_list if row.pay_line], "money")
    found = ledger.balances_of(line.division, pk)
    return desk.page(
        "money_budget_line",
        "money",
        tab="budget",
        line=line,
        use=use_words(line.use),
        balances=in_columns(found),
        account=account,
        account_title=Account(account).label if account else "",
        page_of=page,
        postings=[(row, posted(row.entry)) for row in page.object_list],
        balance=found.get(account, 0),
        hidden=found.get(account, 0) - sum(listed.values_list("fen", flat=True)) if account else 0,
        moves=queries.moves(desk.reader, line),
        below=below,
        kinds=MOVES.items(),
        may=desk.reader.may("payments.prepare", line.division),
    )


@require_POST
@needs("payments.prepare")
def money_move(desk: Desk, pk: int) -> HttpResponse:
    """Money comes, is cut, goes down or is taken back, by a document."""
    line, given = _line(desk, pk), desk.request.POST
    kind = given.get("kind", "")
    if kind not in MOVES:
        raise Http404
    try:
        more: dict[str, Any] = {}
        if kind in ("allot", "take_back"):
            to = given.get("to", "")
            more["to_line"] = _line(desk, int(to) if to.isdecimal() and len(to) < 19 else 0)
        fen = yuan_in(given.get("yuan", ""), _("金额"))
        act = getattr(actions, kind)
        act(
            by=desk.reader,
            line=line,
            fen=fen,
            document=given.get("document", "")[:100],
            on=desk.today,
            **more,
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, _("已登记，账簿同时记账。"))
    return HttpResponseRedirect(reverse("console:money_budget_line", args=[pk]))


@needs(*POWERS)
def money_books(desk: Desk) -> HttpResponse:
    """The book of a place: months that are closed, the entries of a month, and what two people sign."""
    places = [c for c in desk.scope.codes if level_of(c) in (DivisionLevel.COUNTY, DivisionLevel.PREFECTURE)]
    place = desk.written("division") if desk.reaches(desk.written("division")) else (places or [desk.home])[0]
    if not place:
        raise Http404
    asked = desk.written("month")
    month = _month(asked) or desk.today.replace(day=1)
    page = page_of(desk, ledger.entries(desk.reader, place, month))
    rates = sorted(rulebook().rates.rates)
    return desk.page(
        "money_books",
        "money",
        tab="books",
        place=place,
        name=place_name(place),
        places=places,
        month=month,
        page_of=page,
        rows=[(row, posted(row), row.left if row.left == -row.right else None) for row in page.object_list],
        balances=in_columns(ledger.trial_balance(place)),
        closings=ledger.closings(desk.reader, place)[:24],
        last_month=add_months(desk.today.replace(day=1), -1),
        may_close=place in places_of(desk),
        may_sign=desk.reader.may("payments.approve", place),
        benefits=[(key, title_of_benefit(key)) for key in benefits_of_runs()],
        rates=[(key, rate_title(key)) for key in rates],
        subsidies=price_subsidies(place)[:12],
        continued=[(row, rate_title(row.rate)) for row in continuations(place)[:12]],
        done=shown(
            desk,
            errands.errands(
                desk.reader, None, "close_period", "reopen_period", "price_subsidy", "continue_rate"
            ).filter(division=place)[:8],
        ),
    )


def uses() -> list[tuple[str, str]]:
    """What money can be for: all of a line of business, or one benefit."""
    keys = sorted(rulebook().benefits)
    domains = sorted({key.split("/")[0] for key in keys})
    return [(f"{one}/*", use_words(f"{one}/*")) for one in domains] + [(key, use_words(key)) for key in keys]


def use_words(use: str) -> str:
    """A use in words."""
    if not use.endswith("/*"):
        return title_of_benefit(use)
    domain = use.removesuffix("/*")
    return _("%(domain)s的各项待遇") % {"domain": _(DOMAINS.get(domain, domain))}


def _line(desk: Desk, pk: int) -> Any:
    row = queries.line_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _year(desk: Desk) -> int:
    asked = desk.written("year")
    return int(asked) if asked.isdecimal() and len(asked) == 4 else desk.today.year


def _month(text: str) -> Any:
    try:
        return month_in(text)
    except PaymentProblem:
        return None
