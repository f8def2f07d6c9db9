"""Sentinels (停发线索): what holds somebody's money, why, and who decides; record one, lift one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.formlook import PlainForm, day_input
from anmin.console.moneywords import POWERS, noted, page_of
from anmin.console.views.desk import Desk, needs
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.sentinels import actions, queries
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.people import queries as people

RECORD = ("payments.prepare", "payments.decide", "payments.read")


class SentinelForm(PlainForm):
    """What a department or a village says of somebody."""

    kind = forms.ChoiceField(label=gettext_lazy("什么情况"), choices=Sentinel.Kind.choices)
    first_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    last_day = forms.DateField(
        label=gettext_lazy("到哪天为止"),
        widget=day_input(),
        required=False,
        help_text=gettext_lazy("不知道就不填。"),
    )
    source = forms.CharField(
        label=gettext_lazy("谁说的"), max_length=60, help_text=gettext_lazy("例如：公安比对、村委会报告。")
    )
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)


@needs(*POWERS)
def money_sentinels(desk: Desk) -> HttpResponse:
    """Everything that holds money this month, the newest first."""
    page = page_of(desk, queries.standing(desk.reader, desk.today.replace(day=1)))
    noted(desk, [row.person_id for row in page.object_list], "money")
    return desk.page(
        "money_sentinels",
        "money",
        tab="sentinels",
        page_of=page,
        rows=[(row, desk.reader.may("payments.decide", row.division)) for row in page.object_list],
    )


@needs(*RECORD)
def money_sentinel_new(desk: Desk, pk: int) -> HttpResponse:
    """Write down what is said of somebody; it holds the next payment and stops nothing."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    form, refusals = SentinelForm(desk.request.POST or None), []
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.record(
                by=desk.reader,
                person=person,
                kind=given["kind"],
                first_day=given["first_day"],
                last_day=given["last_day"],
                source=given["source"],
                note=given["note"],
                on=desk.today,
            )
        except PaymentProblem as problem:
            refusals = [(problem.code, str(problem))]
        else:
            messages.success(desk.request, _("已登记。下一次发放会先暂扣，由有权限的人核实后决定。"))
            return HttpResponseRedirect(reverse("console:money_sentinel_new", args=[pk]))
    noted(desk, [pk], "money", klass="page")
    return desk.page(
        "money_sentinel_new",
        "money",
        tab="sentinels",
        person=person,
        form=form,
        refusals=refusals,
        rows=list(queries.sentinels_of(desk.reader, pk)),
        may=True,
    )


@require_POST
@needs("payments.decide")
def money_sentinel_lift(desk: Desk, pk: int) -> HttpResponse:
    """Lift what turned out wrong or is over, with the reason."""
    row = queries.sentinel_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    try:
        actions.lift(
            by=desk.reader, sentinel=row, on=desk.today, reason=desk.request.POST.get("reason", "")[:500]
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, _("已解除。"))
    return HttpResponseRedirect(reverse("console:money_sentinels"))
