"""One rule of monitoring: how often it was right, where its lines are drawn, and what another line would have brought."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.console import alertwords
from anmin.console.places import place_name, places_below
from anmin.console.views.desk import Desk, needs
from anmin.console.views.monitoring import JUDGED_DAYS
from anmin.console.words import term_of
from anmin.kernel.alerts import queries
from anmin.kernel.alerts.steps import CONFIRM
from anmin.kernel.alerts.trials.actions import try_threshold
from anmin.kernel.alerts.trials.queries import Threshold, last_watched, thresholds_of
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
    result, trouble = "", ""
    if desk.request.method == "POST" and watched is not None:
        rate, value = given.get("rate", ""), given.get("value", "").strip().replace("，", "").replace(",", "")
        chosen = next((one for one in lines if one.rate.name == rate), None)
        try:
            if not value:
                trouble = _("请写改成多少。")
            else:
                trial = try_threshold(
                    by=desk.reader, rule=key, rate=rate, value=value, division=division,
                    snapshot=watched[0], on=on,
                )  # fmt: skip
                result = alertwords.trial_words(trial, value, chosen.rate if chosen else None)
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
        result=result,
        trouble=trouble,
    )


def _line(one: Threshold) -> dict[str, Any]:
    return {
        "name": one.rate.name,
        "title": term_of(one.rate),
        "now": shown(one.value, one.rate.kind, one.rate.codes),
        "unit": _("元") if one.rate.kind is Kind.FEN else "",
        "law": one.entry.law,
        "verified": one.entry.verified,
    }
