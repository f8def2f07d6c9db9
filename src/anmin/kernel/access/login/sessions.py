"""How long somebody may stay (会话): idle and absolute time-outs, fresh passwords, the second factor, nothing stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from anmin.kernel.access.login.passwords import must_change

BEGAN, SEEN, PROVED = "anmin_began", "anmin_seen", "anmin_proved"
FREE = ("/account/", "/logout/", "/display/", "/language/", "/static/", "/healthz")


class SessionClock:
    """Ends sessions that idle or last too long, and lets nobody on who has a password or factor to set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        now = time.time()
        session = request.session
        began, seen = session.setdefault(BEGAN, now), session.get(SEEN, now)
        if now - seen > settings.IDLE_SECONDS or now - began > settings.SESSION_SECONDS:
            logout(request)
            return _back_to_login(request, "expired")
        if now - seen > 60 or SEEN not in session:
            session[SEEN] = now
        if not request.path.startswith(FREE):
            if must_change(user):
                return HttpResponseRedirect(reverse("console:password"))
            if settings.SECOND_FACTOR and not _has_factor(request, user):
                return HttpResponseRedirect(reverse("mfa_index"))
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _has_factor(request: HttpRequest, user: Any) -> bool:
    if request.session.get(PROVED) == user.pk:
        return True
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    if Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists():
        request.session[PROVED] = user.pk
        return True
    return False


def _back_to_login(request: HttpRequest, why: str) -> HttpResponse:
    query = urlencode({"why": why, "next": request.get_full_path() if request.method == "GET" else "/"})
    return HttpResponseRedirect(f"{reverse('console:login')}?{query}")


def requires_fresh_login(minutes: int = 5) -> Callable[..., Any]:
    """A view that is opened only shortly after the password or the second factor was given (重新验证)."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            methods = request.session.get("account_authentication_methods", [])
            last = max([row.get("at", 0) for row in methods], default=request.session.get(BEGAN, 0))
            if time.time() - last > minutes * 60:
                query = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")
            return view(request, *args, **kwargs)

        return checked

    return wrap
