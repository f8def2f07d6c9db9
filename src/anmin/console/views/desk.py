"""Who sits at the desk: the reader, what the reader may see, and the day it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from anmin.console.views.errors import refused, taking_stopped
from anmin.kernel.access.queries import Reader, Scope
from anmin.kernel.access.taking.actions import TakingStopped, take
from anmin.kernel.audit import actions as audit
from anmin.kernel.people import queries as people
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.queries import Run
from anmin.lib.divisions import canonical
from anmin.policy.errors import PolicyError

NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass
class Desk:
    """A reader at work. `home` is the division where the reader's view begins."""

    request: HttpRequest
    reader: Reader
    today: date

    @property
    def scope(self) -> Scope:
        """The divisions whose people the reader sees."""
        return self.reader.scope

    @cached_property
    def run(self) -> Run | None:
        """The run whose results are shown: the newest, or the one named in the address."""
        named = self.request.GET.get("run", "")
        chosen = screening.run_numbered(self.scope, int(named)) if NUMBER.fullmatch(named) else None
        return chosen or screening.latest_run(self.scope)

    @property
    def home(self) -> str:
        """The reader's own division, also of whoever sees no persons; the run's city for readers of several or of more than it."""
        codes = list(self.scope.codes) or sorted({row.division for row in self.reader.held})
        if len(codes) == 1 and (self.run is None or not self._is_above(codes[0])):
            return codes[0]
        return self.run.city if self.run else codes[0] if codes else ""

    @property
    def rule_day(self) -> date:
        """The day whose rules the page shows when the reader names none: the run's day, else today."""
        return self.run.on if self.run else self.today

    def day(self, name: str = "on") -> date:
        """The day in the address, or the rule day where there is none or it cannot be read."""
        try:
            return date.fromisoformat(self.request.GET.get(name, ""))
        except ValueError:
            return self.rule_day

    def written(self, name: str) -> str:
        """A text in the address, without what no database can hold."""
        return self.request.GET.get(name, "").replace("\x00", "").strip()

    def reaches(self, code: str) -> bool:
        """Whether a division in the address is one, and one that the reader may see or look up to."""
        try:
            return self.scope.touches(canonical(code))
        except ValueError:
            return False

    def page(self, template: str, here: str, **context: Any) -> HttpResponse:
        """Show a page; `here` marks its place in the navigation."""
        return render(
            self.request, f"console/{template}.html", {"here": here, "run": self.run, "desk": self, **context}
        )

    def family(self, home: Any, on: date, klass: str) -> list[Any]:
        """The members of a household on a day, counted as taken and written down as read.

        Raises:
            TakingStopped: as `take`.
        """
        members = list(people.members_on(self.reader, home, on))
        keys = [row.person_id for row in members]
        take(reader=self.reader, klass=klass, person_ids=keys)
        audit.record_reads(
            by=self.reader.user,
            person_ids=keys,
            via=self.reader.via,
            fields=["household"],
            division=home.division,
        )
        return members

    def _is_above(self, code: str) -> bool:
        return self.run is not None and code != self.run.city and self.scope.contains(self.run.city)


def needs(*powers: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page for readers with one of some powers; others are told so, and the refusal is written down."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(desk: Desk, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(desk.reader.may(power) for power in powers):
                raise PermissionDenied
            return view(desk, *args, **kwargs)

        checked.powers = powers  # type: ignore[attr-defined]
        return desk(checked)

    return wrap


def desk(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only readers who are logged in through, and hand the view its desk.

    From pages that are open to everybody, partners' people are led to their own.
    """

    @login_required
    @wraps(view)
    def seated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        if request.reader.may("partner.own") and not hasattr(view, "powers"):
            return HttpResponseRedirect(reverse("console:own"))
        try:
            return view(Desk(request, request.reader, today), *args, **kwargs)
        except PolicyError as trouble:
            return refused(request, trouble)
        except TakingStopped as stopped:
            return taking_stopped(request, stopped)

    return seated
