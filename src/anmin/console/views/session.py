"""Logging in and out, the language and the size of the text."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login as AccountLogin
from django import forms
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anmin.kernel.access.login.actions import note_logout
from anmin.kernel.access.login.address import client_address
from anmin.kernel.access.login.locks.queries import locked_until
from anmin.kernel.access.login.setup.queries import is_setup_open
from anmin.kernel.access.login.typed import username_of
from anmin.kernel.access.queries import demo_accounts, reader_for
from anmin.kernel.frames.queries import with_size

IN_THE_FIELD = ("case.survey", "elders.visit", "children.visit")
"""Powers of those who go from door to door."""
WHY = {
    "expired": _("太久没有操作，为了安全已退出。请重新登录，会回到刚才的页面。"),
    "unknown": _("本系统没有为您开通账号，或者账号已停用。请找本单位的安全管理员。"),
    "cancelled": _("统一登录已取消。可以再试一次，或者用本系统的用户名和密码登录。"),
}
"""What the entrance says to somebody who was sent back to it."""


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
        return super().get_context_data(
            accounts=accounts,
            why=WHY.get(self.request.GET.get("why", ""), ""),
            setup=is_setup_open(),
            single_sign_on=settings.OIDC_NAME,
            **kwargs,
        )

    def form_valid(self, form: Any) -> HttpResponse:
        """The password was right; a second factor comes next where there is one."""
        redirect = self.get_redirect_url() or self._home_of(form.get_user())
        login = AccountLogin(user=form.get_user(), redirect_url=redirect)
        return perform_password_login(self.request, {"username": form.cleaned_data["username"]}, login)

    def _home_of(self, user: Any) -> str:
        """Whoever goes from door to door lands, on a phone, on today's list; everybody else on the city page."""
        is_phone = "Mobile" in self.request.headers.get("User-Agent", "")
        goes = any(reader_for(user, timezone.localdate()).may(power) for power in IN_THE_FIELD)
        return reverse("field:today") if is_phone and goes else reverse("console:city")

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
        """The book says who left; nothing of the session stays in the browser."""
        if request.method == "POST" and request.user.is_authenticated:
            note_logout(by=request.user, reason="")  # type: ignore[arg-type]
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.headers["Cache-Control"] = "no-store"
        return response


def login_again(request: HttpRequest) -> HttpResponse:
    """From the second step back to the first, as somebody else: the half-begun session is forgotten."""
    if not request.user.is_authenticated:
        request.session.flush()
    return HttpResponseRedirect(reverse("console:login"))


def locked(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """What somebody sees who was wrong too often, until when, and whom to ask. Called by axes.

    Names without an account are counted and locked alike, so that the page tells nothing about who has one.
    """
    until = locked_until(username_of(request, credentials), client_address(request))
    return render(request, "console/locked.html", {"until": until}, status=429)


@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep the size of the text in a cookie and go back to the page."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = reverse("console:city")
    return with_size(HttpResponseRedirect(back), request)
