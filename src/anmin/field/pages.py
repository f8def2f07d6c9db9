"""What every page of the phone has in common: who holds it, the day, how a session that ended answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.taking.actions import TakingStopped, take
from anmin.kernel.audit.actions import record_reads
from anmin.kernel.people import queries as people
from anmin.kernel.people.queries import Household

POWERS = ("case.survey", "elders.visit", "children.visit")
"""Whoever brings a service goes with this phone."""
PURPOSE = "survey"


@dataclass
class Phone:
    """A worker with the phone in hand."""

    request: HttpRequest
    reader: Reader
    today: date

    @property
    def tag(self) -> str:
        """What tells the owner of things kept on a phone apart from whoever logs in next; says nothing about them."""
        return tag_of(self.reader)

    def page(self, template: str, here: str, *, status: int = 200, **known: Any) -> HttpResponse:
        """A page; `here` marks its place under the thumb."""
        context = {"phone": self, "here": here, "tag": self.tag, **known}
        return render(self.request, f"field/{template}.html", context, status=status)

    def go(self, name: str, *args: Any, **query: Any) -> HttpResponse:
        """To another page of the phone."""
        address = reverse(f"field:{name}", args=args)
        return HttpResponseRedirect(f"{address}?{urlencode(query)}" if query else address)

    def home(self, number: str) -> Household:
        """A household in sight, or 404."""
        found = people.household(self.reader, number)
        if found is None:
            raise Http404
        return found

    def note(self, keys: Iterable[int], klass: str, field: str, division: str = "") -> None:
        """Count and write down whom a page shows; going there is the purpose."""
        whose = sorted(set(keys))
        take(reader=self.reader, klass=klass, person_ids=whose)
        record_reads(
            by=self.reader.user,
            person_ids=whose,
            via=self.reader.via,
            fields=[field],
            purpose=PURPOSE,
            division=division,
        )


def tag_of(reader: Reader) -> str:
    """A hash of who somebody is, for the phone."""
    return hashlib.sha256(f"{settings.SECRET_KEY} phone {reader.via}".encode()).hexdigest()[:16]


View = Callable[..., HttpResponse]


def phone(*powers: str) -> Callable[[View], View]:
    """A page for whoever goes from door to door; a script learns by 401 that it must log in again."""

    def wrap(view: View) -> View:
        @wraps(view)
        def held(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            reader = getattr(request, "reader", None)
            if reader is None:
                return _log_in(request)
            if not any(reader.may(power) for power in powers or POWERS):
                raise PermissionDenied
            try:
                response = view(Phone(request, reader, timezone.localdate()), *args, **kwargs)
            except TakingStopped as stopped:
                response = render(
                    request, "field/stopped.html", {"words": str(stopped), "tag": ""}, status=429
                )
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return held

    return wrap


def _log_in(request: HttpRequest) -> HttpResponse:
    address = reverse("console:login")
    if request.headers.get("X-Phone") == "1":
        return JsonResponse({"login": address}, status=401)
    back = request.get_full_path() if request.method == "GET" else reverse("field:today")
    return HttpResponseRedirect(f"{address}?{urlencode({'next': back})}")


def written(posted: Mapping[str, Any], name: str) -> str:
    """A text of a form, without what no database can hold."""
    return str(posted.get(name, "")).replace("\x00", "").strip()
