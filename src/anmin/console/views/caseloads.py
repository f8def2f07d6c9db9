"""Who may see one person: assigned workers, and the family acting for somebody (承办指定、委托代办)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.formlook import day_input
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access import listings
from anmin.kernel.access.assignments import actions as assignments
from anmin.kernel.access.assignments import queries as assigned
from anmin.kernel.access.delegations import actions as delegations
from anmin.kernel.access.delegations import queries as delegated
from anmin.kernel.people import queries as people

CHANNELS = (
    ("worker", gettext_lazy("当面确认：本人在场说明要委托谁办什么")),
    ("paper", gettext_lazy("书面委托书：已收原件并核对签名")),
    ("phone", gettext_lazy("电话确认码：发到本人登记的电话")),
)


def _styled(form: forms.Form) -> None:
    for one in form.fields.values():
        if isinstance(one.widget, forms.Select):
            one.widget.attrs["class"] = "form-select"
        elif not isinstance(one.widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
            one.widget.attrs["class"] = "form-control"


class AssignForm(forms.Form):
    """Who takes over whom, from when to when, and why."""

    user = forms.ChoiceField(label=gettext_lazy("承办人"))
    first_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    last_day = forms.DateField(
        label=gettext_lazy("到哪天止（空着为办结为止）"),
        required=False,
        widget=day_input(),
    )
    reason = forms.CharField(label=gettext_lazy("为什么由这位工作人员承办"), max_length=300)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = choices  # type: ignore[attr-defined]
        _styled(self)


class DelegationForm(forms.Form):
    """Who of the family acts, in what, until when, and how that was confirmed."""

    helper = forms.CharField(
        label=gettext_lazy("受委托人的证件号码"),
        max_length=30,
        help_text=gettext_lazy("家人要先在人员登记里；按证件号码查找，不按姓名。"),
    )
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("委托办什么"),
        choices=list(delegations.PURPOSES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    channel = forms.ChoiceField(label=gettext_lazy("怎样确认的"), choices=CHANNELS, widget=forms.RadioSelect)
    first_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    last_day = forms.DateField(
        label=gettext_lazy("到哪天止（空着为取消为止）"),
        required=False,
        widget=day_input(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _styled(self)


@needs("caseload.assign")
def assignment_list(desk: Desk, pk: int) -> HttpResponse:
    """Who was assigned one person; assign another worker."""
    person = people.person(desk.reader, pk)
    if person is None or not desk.reader.may("caseload.assign", person.division):
        raise Http404
    able = assigned.can_be_assigned(person.division, desk.today)
    choices = [
        (str(user.pk), f"{user.display_name} · {title}") for user, title in able if user != desk.reader.user
    ]
    given = desk.request.POST if desk.request.method == "POST" else None
    form, refusals = AssignForm(given, choices=choices, initial={"first_day": desk.today}), []
    if given is not None and form.is_valid():
        values = form.cleaned_data
        user = listings.user(int(values.pop("user")))
        try:
            assignments.assign(by=desk.reader.user, user=user, person=pk, **values)  # type: ignore[arg-type]
        except assignments.AssignmentProblem as trouble:
            refusals = [("assign", str(trouble))]
        else:
            messages.success(desk.request, _("已指定承办人。"))
            return HttpResponseRedirect(reverse("console:assignments", args=[pk]))
    return desk.page(
        "assignments", "people", person=person, rows=assigned.of_person(pk), form=form, refusals=refusals
    )


@require_POST
@needs("caseload.assign")
def end_assignment(desk: Desk, pk: int) -> HttpResponse:
    """Let an assignment end today."""
    row = assigned.numbered(pk)
    person = people.person(desk.reader, row.person) if row is not None else None
    if row is None or person is None or not desk.reader.may("caseload.assign", person.division):
        raise Http404
    try:
        assignments.end(
            by=desk.reader.user,  # type: ignore[arg-type]
            assignment=row,
            last_day=desk.today,
            reason=desk.request.POST.get("reason", ""),
        )
        messages.success(desk.request, _("承办到今天结束。"))
    except assignments.AssignmentProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:assignments", args=[row.person]))


@needs("register.ask")
def delegation_list(desk: Desk, pk: int) -> HttpResponse:
    """Who acts for one person; write down another, face to face, on paper or by a code on the telephone."""
    person = people.person(desk.reader, pk)
    if person is None or not desk.reader.may("register.ask", person.division):
        raise Http404
    given = desk.request.POST if desk.request.method == "POST" else None
    what = given.get("what", "") if given is not None else ""
    form = DelegationForm(given if what != "code" else None, initial={"first_day": desk.today})
    refusals: list[tuple[str, str]] = []
    sent = ""
    try:
        if given is not None and what == "code":
            delegations.confirm_code(by=desk.reader.user, person=pk, code=given.get("code", ""))  # type: ignore[arg-type]
            return _recorded(desk, pk)
        if given is not None and form.is_valid():
            sent = _given(desk, person, form.cleaned_data)
            if not sent:
                return _recorded(desk, pk)
    except delegations.DelegationProblem as trouble:
        refusals = [("delegation", str(trouble))]
    rows = delegated.of_person(pk, desk.today)
    helpers = {
        row.pk: row.name
        for row in people.persons(desk.reader).filter(pk__in=[one.row.helper for one in rows])
    }
    return desk.page(
        "delegations",
        "people",
        person=person,
        rows=[(one, helpers.get(one.row.helper, "")) for one in rows],
        form=form,
        refusals=refusals,
        asks_code=bool(sent) or what == "code",
        shown=sent if settings.DEMO else "",
    )


def _given(desk: Desk, person: Any, values: dict[str, Any]) -> str:
    """Record the delegation, or send the code for it and give what was sent."""
    helper = people.person_by_number(desk.reader, values.pop("helper"))
    if helper is None:
        raise delegations.DelegationProblem(_("没有找到受委托人。请核对证件号码，或先登记这个人。"))
    by, channel = desk.reader.user, values.pop("channel")
    if channel != "phone":
        delegations.delegate(by=by, person=person.pk, helper=helper.pk, channel=channel, **values)
        return ""
    return delegations.ask_code(by=by, person=person.pk, phone=person.phone, helper=helper.pk, **values)  # type: ignore[arg-type]


def _recorded(desk: Desk, pk: int) -> HttpResponse:
    messages.success(desk.request, _("委托已登记。"))
    return HttpResponseRedirect(reverse("console:delegations", args=[pk]))


@require_POST
@needs("register.ask")
def revoke_delegation(desk: Desk, pk: int) -> HttpResponse:
    """Take a delegation back."""
    row = delegated.numbered(pk)
    person = people.person(desk.reader, row.person) if row is not None else None
    if row is None or person is None or not desk.reader.may("register.ask", person.division):
        raise Http404
    try:
        delegations.revoke(by=desk.reader.user, delegation=row, reason=desk.request.POST.get("reason", ""))
        messages.success(desk.request, _("委托已取消。"))
    except delegations.DelegationProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:delegations", args=[row.person]))
