"""Reporting a change of circumstances of a household (登记变化), at the counter or in the village."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.keeping import keeps_typed_here, kept_here, sign_of
from anmin.console.views.desk import Desk, needs
from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.changes.actions import report_change
from anmin.kernel.cases.changes.kinds import kinds
from anmin.kernel.people import queries as people

NAMES = "case.file", "case.accept"
PLACES = {"day": "day", "person": "person"}


@keeps_typed_here
@needs(*NAMES)
def change_report(desk: Desk, number: str) -> HttpResponse:
    """Say what changed, since when and about whom: every benefit of the family that it touches is looked at again."""
    home = people.household(desk.reader, number)
    if home is None or not any(desk.reader.may(power, home.division) for power in NAMES):
        raise Http404
    members = desk.family(home, desk.today, "page")
    given = desk.request.POST if desk.request.method == "POST" else kept_here(desk.request)
    troubles: list[tuple[str, str]] = []
    if desk.request.method == "POST":
        who = next((row.person for row in members if str(row.person_id) == given.get("person", "")), None)
        try:
            day = date.fromisoformat(given.get("day", ""))
            cases = report_change(
                by=desk.reader,
                home=home,
                kind=given.get("kind", ""),
                day=day,
                on=desk.today,
                person=who,
                words=given.get("words", "").replace("\x00", "").strip()[:500],
            )
        except ValueError:
            troubles = [("day", _("请填变化是哪天开始的，例如 2026-11-01"))]
        except StepRefused as refused:
            troubles = [(PLACES.get(row.code, "kind"), row.words) for row in refused.obstacles]
        except StaleCase as stale:
            troubles = [("kind", str(stale))]
        else:
            messages.success(desk.request, _("已登记变化，%(n)d 项待遇进入复核。") % {"n": len(cases)})
            return HttpResponseRedirect(reverse("console:case", args=[cases[0].number]) + "#changes")
    return desk.page(
        "change_report",
        "people",
        home=home,
        members=members,
        kinds=list(kinds().values()),
        typed=given,
        day=given.get("day", desk.today.isoformat()),
        troubles=troubles,
        who=sign_of(desk.request),
    )
