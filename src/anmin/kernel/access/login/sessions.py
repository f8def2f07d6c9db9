"""How long somebody may stay (会话): idle and absolute time-outs, fresh passwords, the second factor, nothing stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from anmin.kernel.access.devices.actions import see
from anmin.kernel.access.login import actions
from anmin.kernel.access.login.passwords import must_change

BEGAN, SEEN, SEEN_AS, PROVED = "anmin_began", "anmin_seen", "anmin_seen_as", "anmin_proved"
FREE = ("/logout/", "/display/", "/language/", "/static/", "/healthz", "/residents/")
"""Pages that are open whatever must be done first."""
PROVING = (
    "/account/reauthenticate/",
    "/account/factors/reauthenticate/",
    "/account/factors/webauthn/reauthenticate/",
)
"""Those on which the second factor is given: with a password alone nobody adds a factor beside an existing one."""
MINE = "/account/"
"""Pages of one's own password, factors and devices: where what must be done first is done."""
A_MINUTE = 60
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SessionClock:
    """Ends sessions that idle or last too long, and lets nobody on who has a password or factor to set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        now, session = time.time(), request.session
        began, seen = session.setdefault(BEGAN, now), session.get(SEEN, now)
        if now - seen > settings.IDLE_SECONDS or now - began > settings.SESSION_SECONDS:
            actions.note_logout(
                by=user, reason="idle" if now - seen > settings.IDLE_SECONDS else "eight hours"
            )
            logout(request)
            return _back_to_login(request)
        if SEEN not in session or now - seen > A_MINUTE or session.get(SEEN_AS) != session.session_key:
            session[SEEN], session[SEEN_AS] = now, session.session_key
            see(by=user, request=request)
        ahead = _what_comes_first(request, user)
        response = HttpResponseRedirect(ahead) if ahead else self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _what_comes_first(request: HttpRequest, user: Any) -> str:
    """The page of what must be done before anything else; empty when all is done."""
    if request.path.startswith((*FREE, *PROVING)):
        return ""
    lacks = settings.SECOND_FACTOR and not is_proved(request, user)
    rows = (
        Authenticator.objects.filter(user_id=user.pk, type__in=KINDS)
        if lacks
        else Authenticator.objects.none()
    )
    held = set(rows.values_list("type", flat=True))
    if held:
        # The factor was set up elsewhere after this session began with a password alone.
        prove = "mfa_reauthenticate" if Authenticator.Type.TOTP in held else "mfa_reauthenticate_webauthn"
        return f"{reverse(prove)}?{urlencode({'next': request.get_full_path() if request.method == 'GET' else '/'})}"
    if request.path.startswith(MINE):
        return ""
    if must_change(user) and not _came_by_single_sign_on(request, user):
        return reverse("console:password")
    return reverse("mfa_index") if lacks else ""


def is_proved(request: HttpRequest, user: Any) -> bool:
    """Whether a second factor was given, or set up, in this very session."""
    if request.session.get(PROVED) == user.pk:
        return True
    return any(row.get("method") == "mfa" for row in get_authentication_records(request, user))


def note_proved(request: HttpRequest) -> None:
    """A factor was just set up in this session, which proves it like using it does."""
    request.session[PROVED] = request.user.pk


def _came_by_single_sign_on(request: HttpRequest, user: Any) -> bool:
    return any(row.get("method") == "socialaccount" for row in get_authentication_records(request, user))


def _back_to_login(request: HttpRequest) -> HttpResponse:
    query = urlencode({"why": "expired", "next": request.get_full_path() if request.method == "GET" else "/"})
    return HttpResponseRedirect(f"{reverse('console:login')}?{query}")


def is_fresh(request: HttpRequest, minutes: int) -> bool:
    """Whether the password or the second factor was given in this session within some minutes."""
    rows = get_authentication_records(request, request.user)
    last = max((float(row.get("at", 0)) for row in rows), default=0.0)
    return time.time() - last <= minutes * 60


def ask_again(request: HttpRequest) -> HttpResponse:
    """Send the reader to give the password or the second factor once more (重新验证), and then back.

    After a form the reader comes back to the page it stood on and sends it again: what it held is kept nowhere.
    """
    back = request.get_full_path()
    if request.method != "GET":
        came_from = request.headers.get("Referer", "")
        is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
        back = urlsplit(came_from).path if came_from and is_ours else "/"
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
