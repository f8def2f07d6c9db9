"""What every page of residents has in common: who reads it, the day, and how a missing thing answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from anmin.kernel.access.login.address import client_address
from anmin.kernel.people.residents.forms.actions import TooManyForms, count_public_form
from anmin.kernel.people.residents.queries import Resident

KEPT = "kept"
"""The field in which a form that met an ended session is carried through the log-in, signed, in the page alone."""
SALT = "anmin.portal.kept"


@dataclass(frozen=True)
class Visit:
    """One look at a page: the request, the day, and the resident, who is None where nobody is logged in."""

    request: HttpRequest
    today: date
    resident: Resident | None

    @property
    def me(self) -> Resident:
        """The resident of a page that only opens to one."""
        assert self.resident is not None
        return self.resident

    @property
    def posted(self) -> Mapping[str, Any] | None:
        """The form, if one was sent."""
        return self.request.POST if self.request.method == "POST" else None

    def page(self, template: str, *, status: int = 200, **known: Any) -> HttpResponse:
        """A page; nothing of it is kept by the browser."""
        context = {"visit": self, "resident": self.resident, **known}
        return render(self.request, f"portal/{template}.html", context, status=status)

    def too_many(self) -> str:
        """Count a form that was sent without a log-in; the words for a network that has sent its share."""
        try:
            count_public_form(by="居民", address=client_address(self.request))
        except TooManyForms as trouble:
            return str(trouble)
        return ""

    def go(self, name: str, *args: Any, **query: Any) -> HttpResponse:
        """To another page of residents."""
        address = reverse(f"residents:{name}", args=args)
        return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)


View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for anybody."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(_visit(request), *args, **kwargs)

    return shown


def own(view: View) -> View:
    """A page for residents who are logged in; others log in first, and what they had typed comes along."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = _visit(request)
        if visit.resident is not None:
            return view(visit, *args, **kwargs)
        if request.method != "POST":
            return visit.go("enter", next=request.get_full_path())
        return visit.page(
            "enter",
            status=401,
            next=request.path,
            kept=keep(request.POST),
            why="expired",
            written={},
            errors=[],
        )

    return shown


def keep(posted: Any) -> str:
    """What was typed, signed, for a hidden field."""
    fields = {name: posted.getlist(name) for name in posted if name not in ("csrfmiddlewaretoken", KEPT)}
    return signing.dumps(fields, salt=SALT, compress=True)


def kept_fields(text: str) -> list[tuple[str, str]]:
    """What was typed, as names and values; nothing where the field was changed or is older than two hours."""
    try:
        fields: dict[str, list[str]] = signing.loads(text, salt=SALT, max_age=7200)
    except (signing.BadSignature, json.JSONDecodeError):
        return []
    return [(name, value) for name, values in fields.items() for value in values]


def safe_next(request: HttpRequest, address: str) -> str:
    """An address of our own pages for residents, or their home."""
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    home = reverse("residents:home")
    return address if is_ours and address.startswith(home) else home


def _visit(request: HttpRequest) -> Visit:
    return Visit(request, timezone.localdate(), getattr(request, "resident", None))
