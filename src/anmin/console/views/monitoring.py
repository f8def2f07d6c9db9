"""Monitoring: the desk of alerts, one alert, a household's risk through time, rules by what came of them, the sweep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console import alertpage, alertwords
from anmin.console.places import full_name, map_credit, place_name, places_below
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.alerts import queries
from anmin.kernel.alerts.handling import actions
from anmin.kernel.alerts.handling.guards import AlertRefused, StaleAlert
from anmin.kernel.alerts.handling.takers import Takers
from anmin.kernel.alerts.limits import limits_in
from anmin.kernel.alerts.steps import CONFIRM
from anmin.kernel.alerts.sweeps import queries as sweeps
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.table import find
from anmin.kernel.entitlements.queries import each_period
from anmin.kernel.facts.batches.queries import freshness
from anmin.kernel.people.queries import households, members_on
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.rulebooks import rulebook

ROWS = 50
JUDGED_DAYS = 365
INVITED, OPENS = ("NEED", "MORE"), ("case.file", "case.accept")
"""Of which alerts an application may come, and who begins one: with what is known filled in, never granted by itself."""


@needs("alert.read")
def alert_list(desk: Desk) -> HttpResponse:
    """The desk: what is new, due, overdue, reported; by colour, kind, rule, source and place."""
    name = desk.written("view") or ("mine" if desk.reader.may("alert.handle") else "open")
    chosen = chosen_in(desk)
    page = Paginator(queries.view(desk.reader, name, desk.today, **chosen), ROWS).get_page(
        desk.request.GET.get("page")
    )
    rows = alertpage.rows_of(list(page.object_list), desk.today)
    note_read(desk, alertpage.people_of(rows))
    counted = queries.counts(desk.reader, desk.today)
    return desk.page(
        "alerts",
        "alerts",
        page_of=page,
        rows=rows,
        view=name,
        title=alertwords.VIEWS.get(name, alertwords.VIEWS["open"]),
        views=[(key, words, counted[key]) for key, words in alertwords.VIEWS.items()],
        chosen=chosen,
        query=urlencode({"view": name, **{key: value for key, value in chosen.items() if value}}),
        colours=alertwords.COLOURS.items(),
        directions=alertwords.DIRECTIONS.items(),
        places=places_below(desk.home),
        rules=[
            (rule, alertwords.rule_words(rule), number, waiting)
            for rule, number, waiting in queries.by_rule(desk.reader)
        ],
        sources=queries.by_source(desk.reader),
        **lateness(desk),
        may_print=desk.reader.may("alert.handle"),
    )


def chosen_in(desk: Desk) -> dict[str, str]:
    """The filters in the address; a place out of the reader's divisions is no place."""
    found = {
        key: desk.written(key)[:60] for key in ("colour", "direction", "rule", "source", "cause", "division")
    }
    if found["division"] and not desk.reaches(found["division"]):
        raise Http404
    return found


def lateness(desk: Desk) -> dict[str, Any]:
    """Which sources are late and which never came: said on every page whose figures rest on them."""
    fresh = freshness(desk.today)
    return {"late": [one for one in fresh if one.is_late], "missing": [one for one in fresh if one.never]}


def note_read(desk: Desk, keys: list[int]) -> None:
    """Whoever is named on a page was listed and read."""
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["alerts"])


@needs("alert.read")
def alert_page(desk: Desk, pk: int) -> HttpResponse:
    """One alert: why it is there, what was done, what can be done."""
    row = queries.alert_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    refusals: list[tuple[str, str]] = []
    given = desk.request.POST
    if desk.request.method == "POST":
        try:
            _step(desk, row, given)
            messages.success(desk.request, _("已记下。"))
            return HttpResponseRedirect(reverse("console:alert", args=[pk]))
        except (AlertRefused, StaleAlert) as trouble:
            refusals = [("words", str(trouble))]
            row = queries.alert_numbered(desk.reader, pk) or row
    (shown,) = alertpage.rows_of([row], desk.today)
    hits = queries.hits_of(row)
    keys = {hit.person_id for hit in hits if hit.person_id} | set(alertpage.people_of([shown]))
    note_read(desk, sorted(keys))
    limits = limits_in(row.division, desk.today)
    people = (
        [one.user for one in Takers(desk.today).of(row)]
        if row.state == "new" and desk.reader.may(CONFIRM, row.division)
        else []
    )
    return desk.page(
        "alert",
        "alerts",
        alert=row,
        shown=shown,
        **lateness(desk),
        each=each_period(row.entitlement.benefit) if row.entitlement is not None else "",
        hits=alertpage.hit_rows(hits),
        steps=alertpage.step_rows(row),
        forms=alertpage.forms_of(desk.reader, row, desk.today),
        people=people,
        given=given,
        refusals=refusals,
        limits=limits,
        invites=shown["key"] if row.direction in INVITED and any(map(desk.reader.may, OPENS)) else 0,
        escalated=place_name(row.escalated_to) if row.escalated_to else "",
    )


def _step(desk: Desk, row: Any, given: Any) -> None:
    action = given.get("action", "")
    seen = int(given.get("seen") or -1)
    if action == "dispatch":
        people = {one.user.pk: one.user for one in Takers(desk.today).of(row)}
        user = people.get(int(given.get("taker") or 0))
        if user is None:
            raise AlertRefused("no_taker", _("请选择承办人"))
        actions.give_to(by=desk.reader, alert=row, user=user, on=desk.today, seen=seen)
        return
    actions.take_step(
        by=desk.reader,
        alert=row,
        action=action,
        on=desk.today,
        seen=seen,
        words=given.get("words", ""),
        result=given.get("result", "") if action == "verify" else "",
    )


@needs("alert.read")
def household_risk(desk: Desk, number: str) -> HttpResponse:
    """One household's risk through time: month by month, with its alerts."""
    home = households(desk.reader).filter(number=number).first()
    if home is None:
        raise Http404
    found = queries.timeline(desk.reader, home, desk.today)
    rows = alertpage.rows_of(found.alerts, desk.today)
    members = members_on(desk.reader, home, desk.today)
    note_read(desk, sorted({*alertpage.people_of(rows), *(row.person_id for row in members)}))
    months = alertpage.month_rows(found)
    return desk.page(
        "household_risk",
        "alerts",
        home=home,
        members=members,
        place=full_name(home.division),
        rows=rows,
        months=months,
        top=max((row["score"] for row in months), default=0),
        limits=found.limits,
        **lateness(desk),
    )


@needs("alert.read")
def alert_rules(desk: Desk) -> HttpResponse:
    """Rules by what came of their alerts in the last year: how often each was right."""
    since = desk.today - timedelta(JUDGED_DAYS)
    rows = [
        {"row": one, "title": alertwords.rule_words(one.rule), "address": _rule_address(one.rule)}
        for one in queries.precisions(desk.reader, since, desk.today)
    ]
    sources = queries.by_source(desk.reader)
    fresh = [{"row": one, "number": sources.get(one.source.key, 0)} for one in freshness(desk.today)]
    every = [(alertwords.rule_words(key), _rule_address(key)) for key in rulebook().alerts]
    return desk.page("alert_rules", "alerts", rows=rows, since=since, fresh=fresh, every=every)


def _rule_address(rule: str) -> str:
    """The page of a rule of monitoring; what a sweep or a comparison raised has none."""
    return reverse("console:alert_rule", args=rule.split("/")) if rule in rulebook().alerts else ""


@needs("alert.read")
def sweep_page(desk: Desk) -> HttpResponse:
    """The sweep: target group first, each benefit, progress by place on a map and in a table."""
    code = desk.written("place") or desk.home
    kind = "without" if desk.written("kind") == "without" else "missed"
    if not code or not desk.reaches(code):
        raise Http404
    made = sweeps.latest_sweep(desk.reader)
    if made is None:
        return desk.page("sweep", "sweep", sweep=None, place=place_name(code), **lateness(desk))
    by_place = sweeps.by_place(desk.reader, code, kind)
    picture, legend = alertpage.sweep_map(code, by_place)
    target = screening.overview(made.run, desk.scope, code)
    return desk.page(
        "sweep",
        "sweep",
        sweep=made,
        code=code,
        place=place_name(code),
        kind=kind,
        kinds=alertwords.KINDS.items(),
        target=target,
        uncovered=screening.households(made.run, desk.scope, division=code, uncovered=True).count()
        if target.target
        else 0,
        counties=[
            {"name": place_name(row.code), "row": row}
            for row in screening.city_overview(made.run, desk.scope, code)
        ]
        if target.target
        else [],
        benefits=alertpage.benefit_rows(
            sweeps.parts_of(made), sweeps.by_benefit(desk.reader, code), made.division, made.on
        ),
        rows=alertpage.place_rows(code, by_place, kind),
        may_hand_in=desk.reader.may("batches.upload"),
        map=picture,
        legend=legend,
        map_credit=map_credit() if picture else "",
        **lateness(desk),
        days_left=(made.target_day - desk.today).days,
    )


@needs("alert.read")
def alert_left(desk: Desk) -> HttpResponse:
    """Households that left or were refused in the last 24 months, which stay watched."""
    found = queries.left_lately(desk.reader, desk.today)
    heads = find.heads_of([row.household for row in found], desk.today)
    rows = [
        {
            "row": row,
            "name": heads.get(row.household.pk, (0, "—"))[1],
            "place": full_name(row.household.division),
            "title": alertwords.benefit_words(row.benefit) if row.benefit else "—",
        }
        for row in found
    ]
    note_read(desk, [key for key, _name in heads.values()])
    return desk.page("alert_left", "alerts", rows=rows)
