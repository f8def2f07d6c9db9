"""Payees' accounts (收款账户): a person's, recorded by one and confirmed by another; what waits; what a household was paid."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.formlook import PlainForm, day_input
from anmin.console.moneyasking import day_in
from anmin.console.moneywords import POWERS, noted, page_of, posted
from anmin.console.views.desk import Desk, needs
from anmin.console.views.moneyerrands import back_from
from anmin.kernel.entitlements.queries import entitlements, title_of_benefit
from anmin.kernel.payments.ledger import queries as ledger
from anmin.kernel.payments.ledger.models import Account
from anmin.kernel.payments.payees import actions, queries
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery.queries import owed_of, recoveries
from anmin.kernel.payments.runs import queries as runs
from anmin.kernel.people import queries as people

CONFIRM = ("payments.prepare", "payments.decide")


class AccountForm(PlainForm):
    """A new account. Cash and goods have neither bank nor number."""

    way = forms.ChoiceField(label=gettext_lazy("发放方式"), choices=PayeeAccount.Way.choices)
    bank = forms.CharField(
        label=gettext_lazy("开户银行"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("现金、实物不用填银行和账号。"),
    )
    number = forms.CharField(
        label=gettext_lazy("卡号或存折账号"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=gettext_lazy("户名"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("不填就是本人姓名。"),
    )
    holder_person = forms.ChoiceField(
        label=gettext_lazy("账户是谁的"),
        required=False,
        help_text=gettext_lazy("只能是本人、家庭成员或监护人。"),
    )
    for_home = forms.BooleanField(label=gettext_lazy("接收整户的待遇"), required=False, initial=True)
    first_day = forms.DateField(label=gettext_lazy("从哪天起用"), widget=day_input())
    source = forms.CharField(
        label=gettext_lazy("凭什么登记"),
        max_length=40,
        help_text=gettext_lazy("例如：社会保障卡复印件、银行开户证明。"),
    )


@needs(*POWERS)
def money_accounts(desk: Desk) -> HttpResponse:
    """Accounts that wait for a second person."""
    page = page_of(desk, queries.unconfirmed(desk.reader))
    noted(desk, [row.person_id for row in page.object_list], "money")
    own = getattr(desk.reader.user, "pk", None)
    return desk.page(
        "money_accounts",
        "money",
        tab="accounts",
        page_of=page,
        rows=[(row, row.recorded_by_id != own and _may_confirm(desk, row)) for row in page.object_list],
    )


@needs(*POWERS)
def money_payee(desk: Desk, pk: int) -> HttpResponse:
    """The accounts of a person, what they were paid, and a form for a new account."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    here = people.membership_on(person, desk.today)
    home = people.household(desk.reader, here.household.number) if here is not None else None
    form = AccountForm(desk.request.POST or None, initial={"first_day": _first_day(desk)})
    mates = list(people.members_on(desk.reader, home, desk.today)) if home is not None else []
    form.fields["holder_person"].choices = [("", _("本人"))] + [  # type: ignore[attr-defined]
        (str(one.person_id), one.person.name) for one in mates if one.person_id != pk
    ]
    refusals: list[tuple[str, str]] = []
    if desk.request.method == "POST" and form.is_valid():
        try:
            _record(desk, person, home, form.cleaned_data, {str(one.person_id): one.person for one in mates})
        except PaymentProblem as problem:
            refusals = [(problem.code, str(problem))]
        else:
            messages.success(desk.request, _("已登记，等另一人复核后生效。"))
            return HttpResponseRedirect(reverse("console:money_payee", args=[pk]))
    noted(desk, [pk], "money", klass="page")
    own = getattr(desk.reader.user, "pk", None)
    return desk.page(
        "money_payee",
        "money",
        tab="accounts",
        person=person,
        home=home,
        form=form,
        for_run=_first_day(desk) if desk.written("from") else None,
        refusals=refusals,
        rows=[
            {
                "row": row,
                "may_confirm": row.confirmed_at is None
                and row.last_day is None
                and row.recorded_by_id != own
                and _may_confirm(desk, row),
                "may_end": row.last_day is None and desk.reader.may("payments.prepare", row.division),
            }
            for row in queries.accounts_of(desk.reader, pk)
        ],
        lines=[(row, title_of_benefit(row.benefit)) for row in runs.lines_of_person(desk.reader, pk)[:24]],
        may=desk.reader.may("payments.prepare", person.division),
    )


@require_POST
@needs(*CONFIRM)
def money_account(desk: Desk, pk: int) -> HttpResponse:
    """Confirm an account as the second person, or end it."""
    row = queries.account_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    given = desk.request.POST
    try:
        if given.get("step") == "confirm":
            actions.confirm_account(by=desk.reader, account=row, on=desk.today)
            told = _("已复核，从 %(day)s 起使用。") % {"day": row.first_day}
        elif given.get("step") == "end":
            last = day_in(given.get("last_day", ""), _("停用日期"))
            actions.end_account(
                by=desk.reader,
                account=row,
                last_day=last,
                on=desk.today,
                reason=given.get("reason", "")[:200],
            )
            told = _("已停用。")
        else:
            raise Http404
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, told)
    return HttpResponseRedirect(back_from(desk, "console:money_accounts"))


@needs(*POWERS)
def money_home(desk: Desk, number: str) -> HttpResponse:
    """A household's account: every figure a sum over the ledger, and the movements behind it."""
    home = people.household(desk.reader, number)
    if home is None:
        raise Http404
    lines = runs.lines_of_household(desk.reader, home.pk)
    held: dict[str, dict[str, int]] = {}
    for benefit, state, fen in lines.values_list("benefit", "state", "fen").order_by():
        sums = held.setdefault(benefit, {})
        sums[state] = sums.get(state, 0) + fen
    booked = {one.benefit: one for one in ledger.household_sums(desk.reader, home.pk)}
    noted(
        desk,
        [one.person_id for one in people.members_on(desk.reader, home, desk.today)],
        "money",
        klass="page",
    )
    page = page_of(desk, ledger.household_account(desk.reader, home.pk))
    return desk.page(
        "money_home",
        "money",
        tab="runs",
        home=home,
        sums=[
            {
                "title": title_of_benefit(benefit),
                "booked": booked.get(benefit),
                "due": sum(held.get(benefit, {}).get(one, 0) for one in ("due", "filed", "unknown")),
                "held": held.get(benefit, {}).get("held", 0),
                "returned": held.get(benefit, {}).get("returned", 0),
            }
            for benefit in sorted({*held, *booked})
        ],
        page_of=page,
        rows=[
            (
                row,
                Account(row.account).label,
                title_of_benefit(row.benefit) if row.benefit else "",
                posted(row.entry),
            )
            for row in page.object_list
        ],
        lines=[(row, title_of_benefit(row.benefit)) for row in lines[:24]],
        benefits=[
            (row, title_of_benefit(row.benefit)) for row in entitlements(desk.reader).filter(household=home)
        ]
        if any(desk.reader.may(power, home.division) for power in CONFIRM)
        else [],
        claims=[(row, owed_of(row)) for row in recoveries(desk.reader).filter(household=home)],
    )


def _first_day(desk: Desk) -> date:
    """From when a new account is meant to be used: for a run under way, from the day on which its roster was locked."""
    try:
        return min(date.fromisoformat(desk.written("from")), desk.today)
    except ValueError:
        return desk.today


def _record(desk: Desk, person: Any, home: Any, given: dict[str, Any], mates: dict[str, Any]) -> None:
    actions.record_account(
        by=desk.reader,
        person=person,
        account=actions.NewAccount(given["way"], given["bank"], given["number"], given["holder"]),
        first_day=given["first_day"],
        on=desk.today,
        household=home if given["for_home"] else None,
        holder_person=mates.get(given["holder_person"]),
        source=given["source"],
    )


def _may_confirm(desk: Desk, row: PayeeAccount) -> bool:
    return any(desk.reader.may(power, row.division) for power in CONFIRM)
