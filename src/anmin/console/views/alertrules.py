"""One rule of monitoring: how often it was right, where its lines are drawn, and what another line would have brought."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console import alertwords
from anmin.console.places import place_name, places_below
from anmin.console.views.desk import Desk, needs
from anmin.console.views.monitoring import JUDGED_DAYS
from anmin.console.words import term_of
from anmin.kernel.alerts import queries
from anmin.kernel.alerts.steps import CONFIRM
from anmin.kernel.alerts.trials.actions import ask_trial
from anmin.kernel.alerts.trials.queries import Threshold, figures_of, last_asked, last_watched, thresholds_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.examples import shown
from anmin.policy.types import Kind


@needs("alert.read")
def alert_rule(desk: Desk, domain: str, number: str) -> HttpResponse:
    """One rule; whoever closes alerts as the second person may also try another threshold."""
    book, key = rulebook(), f"{domain}/{number}"
    alert = book.alerts.get(key)
    if alert is None:
        raise Http404
    given = desk.request.POST
    may_try = desk.reader.may(CONFIRM)
    if desk.request.method == "POST" and not may_try:
        raise PermissionDenied
    division = given.get("division", "")
    if not desk.reader.scope.contains(division):
        division = desk.home
    watched = last_watched()
    on = watched[1] if watched else desk.today
    lines = thresholds_of(key, division, on)
    trouble = ""
    if desk.request.method == "POST" and watched is not None:
        rate, value = given.get("rate", ""), given.get("value", "").strip().replace("，", "").replace(",", "")
        try:
            if not value:
                trouble = _("请写改成多少。")
            else:
                ask_trial(by=desk.reader, rule=key, rate=rate, value=value[:20], division=division, on=on)
                return HttpResponseRedirect(reverse("console:alert_rule", args=[domain, number]))
        except PolicyError as error:
            trouble = str(error)
    since = desk.today - timedelta(JUDGED_DAYS)
    judged = {row.rule: row for row in queries.precisions(desk.reader, since, desk.today)}
    version = book.version(alert.rule, on) or book.versions[alert.rule][-1]
    return desk.page(
        "alert_rule",
        "alerts",
        key=key,
        title=alertwords.rule_words(key),
        rule=version,
        row=judged.get(key),
        since=since,
        on=on,
        is_watched=watched is not None,
        lines=[_line(one) for one in lines],
        place=place_name(division),
        division=division,
        places=places_below(desk.home),
        may_try=may_try,
        given=given,
        asked=_asked(desk, key) if may_try and not trouble else None,
        trouble=trouble,
    )


def _asked(desk: Desk, key: str) -> dict[str, Any] | None:
    """The trial that the reader asked for last, and what it came to; it is calculated by the worker."""
    trial = last_asked(desk.reader, key)
    if trial is None:
        return None
    found, rate = figures_of(trial), rulebook().rates.rates.get(trial.rate)
    return {
        "row": trial,
        "place": place_name(trial.division),
        "sentence": alertwords.trial_words(found, trial.value, rate) if found else "",
        "on": date.fromisoformat(trial.result["on"]) if found else None,
        "line": term_of(rate) if rate else trial.rate,
    }


def _line(one: Threshold) -> dict[str, Any]:
    return {
        "name": one.rate.name,
        "title": term_of(one.rate),
        "now": shown(one.value, one.rate.kind, one.rate.codes),
        "unit": _("元") if one.rate.kind is Kind.FEN else "",
        "law": one.entry.law,
        "verified": one.entry.verified,
    }
