"""Logging in and out, the language and the size of the text."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login as AccountLogin
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anmin.console.templatetags.anmin_page import SIZE_COOKIE, SIZES
from anmin.kernel.access.login.actions import LoginProblem, change_own_password, finish_setup, is_setup_open
from anmin.kernel.access.login.passwords import must_change
from anmin.kernel.access.queries import demo_accounts

YEAR = 365 * 24 * 3600


class LoginForm(AuthenticationForm):
    """User name and password, with errors that say what to do."""

    error_messages = {
        "invalid_login": _("用户名或密码不对。请检查大小写和输入法，再试一次。"),
        "inactive": _("这个账号已经停用。请找本单位的系统管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, missing in (
            ("username", _("用户名"), _("请填写用户名。")),
            ("password", _("密码"), _("请填写密码。")),
        ):
            field = self.fields[name]
            field.label = label
            field.error_messages["required"] = missing
            field.widget.attrs["class"] = "form-control"
            if self.is_bound and not str(self.data.get(name, "")).strip():
                field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
        self.fields["username"].widget = forms.TextInput(
            {**self.fields["username"].widget.attrs, "autocomplete": "username", "maxlength": 150}
        )


class Login(auth_views.LoginView):
    """The entrance (登录)."""

    template_name = "console/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and in the demonstration the log-ins that it comes with."""
        accounts = demo_accounts() if getattr(settings, "DEMO", False) else []
        expired = self.request.GET.get("why") == "expired"
        return super().get_context_data(accounts=accounts, expired=expired, setup=is_setup_open(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """The password was right; a second factor comes next where there is one."""
        redirect = self.get_success_url()
        login = AccountLogin(user=form.get_user(), redirect_url=redirect)
        return perform_password_login(self.request, {"username": form.cleaned_data["username"]}, login)

    def get_default_redirect_url(self) -> str:
        """The city page."""
        return reverse("console:city")


class Logout(auth_views.LogoutView):
    """The way out; only by a button, never by a link."""

    http_method_names = ["post", "options"]

    def get_success_url(self) -> str:
        """Back to the entrance."""
        return reverse("console:login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nothing of the session stays in the browser."""
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.headers["Cache-Control"] = "no-store"
        return response


class PasswordForm(forms.Form):
    """The old password and twice the new one."""

    old = forms.CharField(label=_("原密码"), widget=forms.PasswordInput({"autocomplete": "current-password"}))
    new = forms.CharField(
        label=_("新密码"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("至少 10 个字；小写字母、大写字母、数字、符号至少三种；不含自己的用户名和姓名。"),
    )
    again = forms.CharField(
        label=_("再输一遍新密码"), widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            one.widget.attrs["class"] = "form-control"

    def clean_again(self) -> str:
        """The same twice."""
        if self.cleaned_data.get("new") != self.cleaned_data["again"]:
            raise forms.ValidationError(_("两次输入的新密码不一样。"))
        return str(self.cleaned_data["again"])


@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            change_own_password(by=request.user, old=form.cleaned_data["old"], new=form.cleaned_data["new"])  # type: ignore[arg-type]
        except LoginProblem as trouble:
            form.add_error("old", str(trouble))
        except ValidationError as trouble:
            form.add_error("new", trouble)
        else:
            update_session_auth_hash(request, request.user)  # type: ignore[arg-type]
            messages.success(request, _("密码已修改。"))
            return HttpResponseRedirect(reverse("console:city"))
    return render(request, "console/password.html", {"form": form, "must": must_change(request.user)})  # type: ignore[arg-type]


class SetupForm(forms.Form):
    """The set-up secret, the division, and three different people."""

    secret = forms.CharField(
        label=_("设置口令"), max_length=100, help_text=_("安装时在服务器上显示的一次性口令。")
    )
    division = forms.CharField(label=_("本单位辖区代码"), max_length=12, help_text=_("例如威海市 371000。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, role in (
            ("system", _("系统管理员")),
            ("security", _("安全管理员")),
            ("audit", _("审计管理员")),
        ):
            self.fields[f"{key}_username"] = forms.CharField(
                label=format_lazy("{}：{}", role, _("用户名")), max_length=50
            )
            self.fields[f"{key}_display_name"] = forms.CharField(
                label=format_lazy("{}：{}", role, _("姓名")), max_length=100
            )
            self.fields[f"{key}_password"] = forms.CharField(
                label=format_lazy("{}：{}", role, _("密码")),
                widget=forms.PasswordInput({"autocomplete": "new-password"}),
            )
        for one in self.fields.values():
            one.widget.attrs["class"] = "form-control"

    def people(self) -> list[dict[str, str]]:
        """The three, in the order of their roles."""
        return [
            {part: self.cleaned_data[f"{key}_{part}"] for part in ("username", "display_name", "password")}
            for key in ("system", "security", "audit")
        ]


def setup(request: HttpRequest) -> HttpResponse:
    """The first three administrators; the page is gone once there are accounts."""
    if not is_setup_open():
        raise Http404
    form = SetupForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            finish_setup(
                by="首次设置",
                secret=form.cleaned_data["secret"],
                people=form.people(),
                division=form.cleaned_data["division"],
            )
        except ValidationError as trouble:
            form.add_error(None, trouble)
        except ValueError as trouble:
            form.add_error(None, str(trouble))
        else:
            messages.success(request, _("三位管理员已建立。请分别登录，设置第二因素。"))
            return HttpResponseRedirect(reverse("console:login"))
    return render(request, "console/setup.html", {"form": form})


@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep the size of the text in a cookie and go back to the page."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = reverse("console:city")
    response = HttpResponseRedirect(back)
    size = request.POST.get("size", "")
    if size in SIZES:
        response.set_cookie(
            SIZE_COOKIE, size, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response
