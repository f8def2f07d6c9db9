"""Somebody's way in (登录管理): password, sleep, lock, second factor, as the security administrator looks after them."""

from __future__ import annotations

from collections.abc import Callable
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

from anmin.console.views.desk import Desk, needs
from anmin.kernel.access import listings
from anmin.kernel.access.devices.actions import end_sessions
from anmin.kernel.access.devices.queries import devices
from anmin.kernel.access.login import actions as login
from anmin.kernel.access.login.locks import actions as locks
from anmin.kernel.access.login.locks.queries import locked_addresses, locked_until
from anmin.kernel.access.login.passwords import rules_in_words
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.login.queries import has_single_sign_on
from anmin.kernel.access.login.second import actions as second
from anmin.kernel.access.login.second import queries as factors
from anmin.kernel.access.login.sessions import ask_again, is_fresh

FRESH, STILL_FRESH = 5, 20
"""Minutes since the last proof: to open the page, and to send what was written on it meanwhile."""


class ReasonForm(forms.Form):
    """Why it is done."""

    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        min_length=2,
        error_messages={
            "required": gettext_lazy("请写明理由：怎样核实了本人身份。"),
            "min_length": gettext_lazy("理由太短，请写清楚怎样核实了本人身份。"),
        },
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )


class NewPasswordForm(ReasonForm):
    """A first password again, told to its owner in person and changed at the next log-in."""

    password = forms.CharField(
        label=gettext_lazy("临时密码"),
        strip=False,
        max_length=200,
        error_messages={"required": gettext_lazy("请填写临时密码。")},
        widget=forms.PasswordInput({"class": "form-control", "autocomplete": "new-password"}),
    )
    field_order = ("password", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = lazystr(rules_in_words())


@needs("users.manage")
def user_login(desk: Desk, pk: int) -> HttpResponse:
    """How somebody logs in, and what can be done about it; opened by whoever proved just now who they are."""
    user, given = listings.user(pk), desk.request.POST
    if user is None:
        raise Http404
    if not is_fresh(desk.request, STILL_FRESH if given else FRESH):
        return ask_again(desk.request)
    what = given.get("what", "")
    form: ReasonForm | None = None
    if what in ACTS and user.pk != desk.reader.user.pk:  # type: ignore[union-attr]
        kind, act, done = ACTS[what]
        form = kind(given, auto_id=f"{what}_%s")
        if form.is_valid() and _is_done(
            desk, f"access.{what}", user, form, lambda: act(desk.reader.user, user, form.cleaned_data)
        ):
            messages.success(desk.request, str(done))
            return HttpResponseRedirect(reverse("console:user_login", args=[pk]))
    forms_ = {name: kind(auto_id=f"{name}_%s") for name, (kind, _act, _done) in ACTS.items()}
    if form is not None:
        forms_[what] = form
    return desk.page(
        "access_user_login",
        "access",
        person=user,
        is_me=user.pk == desk.reader.user.pk,  # type: ignore[union-attr]
        me=desk.reader.user,
        forms=forms_,
        until=locked_until(user.username, None),
        factors=factors.factors_of(user),
        reset=factors.waiting_reset(user),
        devices=devices(user),
        has_single_sign_on=has_single_sign_on(user),
    )


@require_POST
@needs("users.manage")
def decide_reset(desk: Desk, pk: int) -> HttpResponse:
    """Approve that a second factor is removed, as another administrator, or refuse."""
    row, given = factors.reset(pk), desk.request.POST
    if row is None:
        raise Http404
    if not is_fresh(desk.request, STILL_FRESH):
        return ask_again(desk.request)
    back = HttpResponseRedirect(reverse("console:user_login", args=[row.user_id]))
    by: Any = desk.reader.user
    try:
        if given.get("what") == "approve":
            second.approve_reset(by=by, request=row)
            messages.success(desk.request, _("已批准：第二因素已取下，下次登录会要求重新设置。"))
        else:
            second.refuse_reset(by=by, request=row, reason=given.get("reason", ""))
            messages.success(desk.request, _("没有批准，第二因素不变。"))
    except LoginProblem as trouble:
        login.note_refusal(by=by, act="access.factor_reset.approve", subject=row.user, reason=str(trouble))
        messages.error(desk.request, str(trouble))
    return back


@require_POST
@needs("users.manage")
def unlock_address(desk: Desk, address: str) -> HttpResponse:
    """Let an address try again before its lock ends."""
    if address not in dict(locked_addresses()):
        raise Http404
    form = ReasonForm(desk.request.POST)
    if form.is_valid():
        locks.unlock_address(by=desk.reader.user, address=address, reason=form.cleaned_data["reason"])
        messages.success(desk.request, _("地址 %(address)s 已解锁。") % {"address": address})
    else:
        messages.error(desk.request, _("请写明理由：为什么可以解锁。"))
    return HttpResponseRedirect(reverse("console:access"))


def _is_done(desk: Desk, act: str, user: Any, form: ReasonForm, carry_out: Callable[[], Any]) -> bool:
    """Do it, or show on the form why not; a refusal is written down too."""
    try:
        carry_out()
    except (LoginProblem, ValidationError) as trouble:
        words = trouble.messages if isinstance(trouble, ValidationError) else [str(trouble)]
        form.add_error("password" if isinstance(trouble, ValidationError) else None, words)  # type: ignore[arg-type]
        login.note_refusal(by=desk.reader.user, act=act, subject=user, reason=" ".join(words))
        return False
    return True


ACTS: dict[str, tuple[type[ReasonForm], Callable[[Any, Any, dict[str, Any]], Any], Any]] = {
    "reset_password": (
        NewPasswordForm,
        lambda by, user, told: login.reset_password(by=by, user=user, **told),
        gettext_lazy("密码已重设。请当面告诉本人，下次登录必须改掉。"),
    ),
    "wake": (
        NewPasswordForm,
        lambda by, user, told: login.wake(by=by, user=user, **told),
        gettext_lazy("账号已恢复使用。请把临时密码当面告诉本人。"),
    ),
    "unlock": (
        ReasonForm,
        lambda by, user, told: locks.unlock(by=by, user=user, **told),
        gettext_lazy("已解锁，现在可以登录。"),
    ),
    "end_sessions": (
        ReasonForm,
        lambda by, user, told: end_sessions(by=by, user=user, **told),
        gettext_lazy("这个账号在各处的登录都已退出。"),
    ),
    "forget_single_sign_on": (
        ReasonForm,
        lambda by, user, told: login.forget_single_sign_on(by=by, user=user, **told),
        gettext_lazy("已解除绑定。本人下次从统一登录进来时，重新按用户名绑定。"),
    ),
    "factor_reset": (
        ReasonForm,
        lambda by, user, told: second.ask_reset(by=by, user=user, **told),
        gettext_lazy("已提交，等另一位安全管理员批准。"),
    ),
}
"""What can be done about somebody's way in: the form, the act, and what is said afterwards."""
