"""Who may do what: users, grants, roles; exceptions and bulk taking (权限)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.formlook import day_input
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access import actions, listings
from anmin.kernel.access.exceptions import actions as exceptions
from anmin.kernel.access.login.locks.queries import locked_addresses
from anmin.kernel.access.login.passwords import rules_in_words
from anmin.kernel.access.login.second.queries import waiting_resets
from anmin.kernel.access.roles import roles
from anmin.kernel.access.taking import actions as taking


class GrantForm(forms.Form):
    """A role in a division for a span."""

    role = forms.ChoiceField(label=gettext_lazy("岗位"))
    division = forms.CharField(label=gettext_lazy("辖区代码"), max_length=12)
    first_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    last_day = forms.DateField(
        label=gettext_lazy("到哪天止（空着为长期）"),
        required=False,
        widget=day_input(),
    )
    caseload = forms.BooleanField(
        label=gettext_lazy("只看指定承办的人"),
        required=False,
        help_text=gettext_lazy("勾选以后，负责人在人员页面“承办人”里指定的人才看得到。"),
    )

    def clean_caseload(self) -> str:
        """What the grant is narrowed to."""
        return "assigned" if self.cleaned_data["caseload"] else ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.key, role.title) for role in roles().values()]  # type: ignore[attr-defined]
        for one in self.fields.values():
            if not isinstance(one.widget, forms.CheckboxInput):
                one.widget.attrs["class"] = (
                    "form-select" if isinstance(one.widget, forms.Select) else "form-control"
                )


class UserForm(forms.Form):
    """A new user; the password is given to the user in person and changed at the first log-in."""

    username = forms.CharField(label=gettext_lazy("用户名"), max_length=50)
    display_name = forms.CharField(label=gettext_lazy("姓名"), max_length=100)
    password = forms.CharField(label=gettext_lazy("初始密码"), widget=forms.PasswordInput, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = lazystr(rules_in_words())
        for one in self.fields.values():
            one.widget.attrs |= {"class": "form-control", "autocomplete": "off"}


@needs("grants.give")
def user_list(desk: Desk) -> HttpResponse:
    """Users with their roles, grants that end soon, alarms."""
    given = desk.request.POST if desk.request.method == "POST" else None
    form = UserForm(given)
    if given is not None and form.is_valid():
        try:
            user = actions.create_user(by=desk.reader.user, **form.cleaned_data)
        except ValidationError as trouble:
            form.add_error("password" if "password" in str(trouble) else None, trouble.messages)
        else:
            messages.success(desk.request, _("账号已建立，请接着授予岗位。"))
            return HttpResponseRedirect(reverse("console:user", args=[user.pk]))
    return desk.page(
        "access",
        "access",
        users=listings.users(desk.today),
        ending=listings.ending_soon(desk.today),
        alarms=listings.alarms(),
        resets=waiting_resets(),
        locked_addresses=locked_addresses(),
        form=form,
    )


@needs("grants.give")
def user_page(desk: Desk, pk: int) -> HttpResponse:
    """One user: what was granted, from when to when; give and end."""
    user = listings.user(pk)
    if user is None:
        raise Http404
    given = desk.request.POST if desk.request.method == "POST" else None
    form, refusals = GrantForm(given, initial={"first_day": desk.today}), []
    if given is not None and form.is_valid():
        try:
            actions.grant(by=desk.reader.user, user=user, **form.cleaned_data)
        except ValueError as trouble:
            refusals = [("grant", str(trouble))]
        else:
            messages.success(desk.request, _("已授权。"))
            return HttpResponseRedirect(reverse("console:user", args=[pk]))
    return desk.page(
        "access_user", "access", person=user, grants=listings.grants_of(user), form=form, refusals=refusals
    )


@require_POST
@needs("grants.give")
def end_grant(desk: Desk, pk: int) -> HttpResponse:
    """Let a grant end today."""
    row = listings.grant(pk)
    if row is None:
        raise Http404
    reason = desk.request.POST.get("reason", "").strip()
    if not reason:
        messages.error(desk.request, _("请写明结束授权的理由。"))
    else:
        try:
            actions.end_grant(
                by=desk.reader.user, grant=row, last_day=max(desk.today, row.first_day), reason=reason
            )
            messages.success(desk.request, _("授权到今天结束。"))
        except actions.GrantProblem as trouble:
            messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:user", args=[row.user_id]))


@require_POST
@needs("users.manage")
def disable_user(desk: Desk, pk: int) -> HttpResponse:
    """Let nobody log in as this user any more."""
    user = listings.user(pk)
    if user is None or user.pk == desk.reader.user.pk:  # type: ignore[union-attr]
        raise Http404
    reason = desk.request.POST.get("reason", "").strip()
    if reason:
        actions.disable_user(by=desk.reader.user, user=user, reason=reason)
        messages.success(desk.request, _("账号已停用。"))
    else:
        messages.error(desk.request, _("请写明停用的理由。"))
    return HttpResponseRedirect(reverse("console:user", args=[pk]))


@needs("grants.give", "audit.read")
def role_list(desk: Desk) -> HttpResponse:
    """Every role: what it may, what it may not, what it excludes."""
    return desk.page("access_roles", "access", roles=listings.role_rows())


@require_POST
@needs("taking.review")
def review_alarm(desk: Desk, pk: int) -> HttpResponse:
    """Write down what came of an alarm."""
    alarm, words = listings.alarm(pk), desk.request.POST.get("review", "").strip()
    if alarm is None:
        raise Http404
    if words:
        taking.review_alarm(by=desk.reader.user, alarm=alarm, review=words)  # type: ignore[arg-type]
    else:
        messages.error(desk.request, _("请写明核查结果。"))
    return HttpResponseRedirect(reverse("console:access"))


@needs("register.read", "taking.approve")
def permit_list(desk: Desk) -> HttpResponse:
    """Ask for leave to take more persons today, and approve others' requests."""
    given, trouble = desk.request.POST, ""
    if desk.request.method == "POST":
        limit, purpose = given.get("limit", ""), given.get("purpose", "").strip()
        klass = given.get("klass", "")
        if limit.isdigit() and 0 < int(limit) <= 100_000 and len(purpose) >= 5 and klass in taking.LIMITS:
            taking.ask_permit(
                by=desk.reader.user,  # type: ignore[arg-type]
                day=desk.today,
                klass=klass,
                limit=int(limit),
                purpose=purpose,
            )
            messages.success(desk.request, _("已提交，等负责人批准。"))
            return HttpResponseRedirect(reverse("console:permits"))
        trouble = _("请选择要做什么，填写人数（1 至 100000）和至少 5 个字的用途。")
    return desk.page(
        "access_permits",
        "permits",
        permits=[(row, taking.WORDS.get(row.klass, "")) for row in listings.permits(desk.today)],
        trouble=trouble,
        kinds=taking.WORDS.items(),
        may_approve=desk.reader.may("taking.approve"),
        me=desk.reader.user,
    )


@require_POST
@needs("taking.approve")
def approve_permit(desk: Desk, pk: int) -> HttpResponse:
    """Give leave."""
    row = listings.permit(pk)
    if row is None:
        raise Http404
    try:
        taking.approve_permit(by=desk.reader.user, permit=row)  # type: ignore[arg-type]
        messages.success(desk.request, _("已批准。"))
    except PermissionError as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:permits"))


@needs("breakglass.ask", "breakglass.approve", "breakglass.review")
def exception_list(desk: Desk) -> HttpResponse:
    """Ask for an exception, decide others', review what was seen."""
    given, trouble = desk.request.POST, ""
    if desk.request.method == "POST" and desk.reader.may("breakglass.ask"):
        number = given.get("person", "")
        try:
            if not number.isdigit() or len(number) > 18:
                raise exceptions.ExceptionRefused(_("请填写人员编号（数字）。"))
            exceptions.ask(by=desk.reader.user, person=int(number), reason=given.get("reason", ""))  # type: ignore[arg-type]
        except exceptions.ExceptionRefused as refused:
            trouble = str(refused)
        else:
            messages.success(desk.request, _("已提交，等另一位负责人批准；批准后 4 小时内有效。"))
            return HttpResponseRedirect(reverse("console:exceptions"))
    return desk.page(
        "access_exceptions",
        "exceptions",
        rows=(rows := listings.exceptions(desk.reader)),
        waiting=sum(row.state == row.State.APPROVED and row.reviewed_by_id is None for row in rows),
        trouble=trouble,
        may_ask=desk.reader.may("breakglass.ask"),
        may_approve=desk.reader.may("breakglass.approve"),
        may_review=desk.reader.may("breakglass.review"),
        me=desk.reader.user,
    )


@require_POST
@needs("breakglass.approve", "breakglass.review")
def decide_exception(desk: Desk, pk: int) -> HttpResponse:
    """Approve, refuse or review."""
    row, given, by = listings.exception(pk), desk.request.POST, desk.reader.user
    if row is None:
        raise Http404
    what, words = given.get("what", ""), given.get("words", "").strip()
    try:
        if what == "review" and desk.reader.may("breakglass.review"):
            exceptions.review(by=by, request=row, words=words)  # type: ignore[arg-type]
        elif what == "approve" and desk.reader.may("breakglass.approve"):
            exceptions.approve(by=by, request=row)  # type: ignore[arg-type]
        elif what == "refuse" and desk.reader.may("breakglass.approve"):
            exceptions.refuse(by=by, request=row, reason=words)  # type: ignore[arg-type]
        messages.success(desk.request, _("已办理。"))
    except exceptions.ExceptionRefused as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:exceptions"))
