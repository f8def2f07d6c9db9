"""Move an alert: give it out by division and capacity, accept, contact, visit, verify, close; raise what is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Case as When
from django.db.models import Count, F, IntegerField, Value
from django.db.models import When as Is
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, reader_for, signature, user_of
from anmin.kernel.alerts.handling.guards import AlertRefused, StaleAlert, hindrance
from anmin.kernel.alerts.handling.takers import Taker, Takers, with_room
from anmin.kernel.alerts.limits import COLOURS, limits_in
from anmin.kernel.alerts.models import Alert, AlertStep
from anmin.kernel.alerts.steps import RESULTS, WAYS
from anmin.kernel.alerts.writing import update_alerts
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.models import Case
from anmin.kernel.people.queries import names_in
from anmin.lib.calendar import add_months

MOST = 5000
"""Alerts given out in one run; the gravest first, the rest when there is room."""
TOGETHER = 500
"""Alerts given out in one transaction: a disk is waited for once and not five hundred times."""


def move(
    *,
    by: Any,
    alert: Alert,
    action: str,
    on: date,
    words: str = "",
    result: str = "",
) -> AlertStep:
    """Write one step of an alert and let it follow; for actions of this package, which have asked who may."""
    step = step_of(by=by, alert=alert, action=action, on=on, words=words, result=result)
    write_steps(by=by, moved=[(alert, step)], about=names_in(alert.household) if step.words else ())
    return step


def step_of(*, by: Any, alert: Alert, action: str, on: date, words: str = "", result: str = "") -> AlertStep:
    """The next step of an alert, which follows it; neither is written yet: see `write_steps`."""
    step = AlertStep(
        alert=alert,
        number=alert.last_step + 1,
        round=alert.round,
        action=action,
        from_state=alert.state,
        to_state=WAYS[action].target or alert.state,
        on=on,
        by=user_of(by),
        by_name=str(signature(by))[:150],
        words=words.strip(),
        result=result,
    )
    _follow(alert, step, on)
    return step


def write_steps(*, by: Any, moved: Sequence[tuple[Alert, AlertStep]], about: Collection[str] = ()) -> None:
    """Write steps, the alerts that followed them, and their lines in the book, all of them together.

    `about` are the names that may stand in their words. In the transaction of what else goes with the steps.
    """
    AlertStep.objects.bulk_create([step for _alert, step in moved])
    update_alerts([alert for alert, _step in moved])
    audit.record_all(
        by=signature(by),
        entries=[
            audit.Entry(
                act=f"alerts.{step.action}",
                subject=alert,
                before={"state": step.from_state},
                after={"state": step.to_state, **({"result": step.result} if step.result else {})},
                reason=step.words,
                about=about,
                division=alert.division,
                result="late" if step.action == "escalate" else "done",
            )
            for alert, step in moved
        ],
    )


def _follow(alert: Alert, step: AlertStep, on: date) -> None:
    """The days and the marks that go with a state. State, number and round are moved by the database itself."""
    alert.state, alert.last_step = step.to_state, step.number
    if step.action == "reopen":
        alert.round += 1
        alert.result, alert.closed_on, alert.quiet_until = "", None, None
        alert.case, alert.effect_before, alert.effect_after = None, None, None
    if step.to_state == "new":
        alert.taker, alert.place, alert.dispatched_on = None, "", None
        alert.contact_due = alert.visit_due = alert.close_due = None
        if step.action == "reopen":
            alert.escalated_on, alert.escalated_to = None, ""
    if step.action == "verify":
        alert.result = step.result
    if step.action == "return":
        alert.result = ""
    if step.to_state == "closed":
        alert.closed_on = on
        alert.quiet_until = add_months(on, RESULTS[alert.result].quiet)
    alert.due = due_of(alert)


def due_of(alert: Alert) -> date | None:
    """The next day on which something must have happened; None for what is closed or waits to be given out."""
    return {
        "dispatched": alert.contact_due,
        "accepted": alert.contact_due,
        "contacted": alert.visit_due,
        "visited": alert.close_due,
        "verified": alert.close_due,
    }.get(alert.state)


@transaction.atomic
def take_step(
    *,
    by: Reader | User,
    alert: Alert,
    action: str,
    on: date,
    seen: int,
    words: str = "",
    result: str = "",
    case: Case | None = None,
) -> AlertStep:
    """Take a step as a person (接收、联系、上门、核实、办结、退回). `seen` is the last step they had before their eyes.

    Raises:
        StaleAlert: when somebody took a step since.
        AlertRefused: when something stands in the way; nothing is written then.
    """
    row = Alert.objects.select_for_update(of=("self",)).select_related("household").get(pk=alert.pk)
    if row.last_step != seen:
        raise StaleAlert(_("这条预警在您打开页面后有了新进展，请看过再办"))
    reader = by if isinstance(by, Reader) else reader_for(by, on)
    found = hindrance(reader, row, action, on, words=words, result=result)
    if found is not None:
        raise found
    if action == "accept":
        row.taker = user_of(by)
    if case is not None:
        row.case = case
    return move(by=by, alert=row, action=action, on=on, words=words, result=result)


@transaction.atomic
def give_to(*, by: Reader | User, alert: Alert, user: User, on: date, seen: int) -> AlertStep:
    """Give one alert to somebody by hand (指定承办人).

    Raises:
        AlertRefused: when it is under way already, or they do not handle alerts there or may not see it.
    """
    row = Alert.objects.select_for_update(of=("self",)).select_related("household").get(pk=alert.pk)
    if row.last_step != seen:
        raise StaleAlert(_("这条预警在您打开页面后有了新进展，请看过再办"))
    reader = by if isinstance(by, Reader) else reader_for(by, on)
    found = hindrance(reader, row, "dispatch", on)
    if found is not None:
        raise found
    places = {one.user.pk: one for one in Takers(on).of(row)}
    if user.pk not in places:
        raise AlertRefused("no_taker", _("%(name)s 在这个地方没有核实预警的岗位") % {"name": user})
    step = _dispatched(by, row, places[user.pk], on)
    write_steps(by=by, moved=[(row, step)])
    return step


def dispatch(*, by: Any, on: date, division: str = "") -> int:
    """Give out what waits (分派): the gravest first, to whoever is nearest and has room; red ones whatever the load.

    Returns how many were given out. What finds nobody with room stays on the desk as waiting.
    """
    order = When(
        *[Is(colour=colour, then=Value(at)) for at, colour in enumerate(COLOURS)],
        output_field=IntegerField(),
    )
    rows = Alert.objects.filter(state="new", division__startswith=division.rstrip("0"))
    rows = rows.order_by(order.desc(), "-risk", F("fen").desc(nulls_last=True), "pk")
    loads = Counter(
        dict(
            Alert.objects.exclude(state="closed")
            .filter(taker__isnull=False)
            .values_list("taker")
            .annotate(number=Count("pk"))
        )
    )
    keys = list(rows.values_list("pk", flat=True)[:MOST])
    takers = Takers(on)
    given = 0
    for start in range(0, len(keys), TOGETHER):
        given += _give_out(by, keys[start : start + TOGETHER], loads, takers, on)
    return given


@transaction.atomic
def _give_out(
    by: Any,
    keys: list[int],
    loads: Counter[int],
    takers: Takers,
    on: date,
) -> int:
    """Some alerts in their order, in one transaction; what somebody else gave out meanwhile is left alone."""
    locked = Alert.objects.select_for_update(of=("self",)).select_related("household").filter(state="new")
    rows = locked.order_by("pk").in_bulk(keys)
    moved = []
    for row in (rows[key] for key in keys if key in rows):
        capacity = limits_in(row.division, on).capacity
        near = takers.of(row)
        taker = with_room(near, loads, capacity, is_red=row.colour == "red")
        if taker is not None:
            moved.append((row, _dispatched(by, row, taker, on)))
            loads[taker.user.pk] += 1
    write_steps(by=by, moved=moved)
    return len(moved)


def _dispatched(by: Any, alert: Alert, taker: Taker, on: date) -> AlertStep:
    limit = limits_in(alert.division, on).of(alert.colour, alert.direction)
    alert.taker, alert.place, alert.dispatched_on = taker.user, taker.place, on
    alert.contact_due, alert.visit_due, alert.close_due = (
        limit.due(what, on) for what in ("contact", "visit", "close")
    )
    return step_of(by=by, alert=alert, action="dispatch", on=on)


def escalate(*, by: Any, on: date) -> int:
    """Report what is overdue upwards (超期上报): once to whom its colour says, once more when it should be closed.

    Nothing else happens by it: whoever has the alert keeps it. Returns how many were reported.
    """
    raised = 0
    rows = Alert.objects.exclude(state="closed").select_related("household").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        limit = limits_in(row.division, on).of(row.colour, row.direction)
        start = row.dispatched_on or row.raised_on
        late = limit.due("escalate", start) < on and (row.due is None or row.due < on)
        closing = row.close_due is not None and row.close_due < on
        to = row.division[:6] if closing or limit.to == "county" else row.division[:9]
        if not (late or closing) or row.escalated_to == to or len(row.escalated_to) == 6:
            continue
        with transaction.atomic():
            locked = Alert.objects.select_for_update(of=("self",)).select_related("household").get(pk=row.pk)
            if locked.last_step != row.last_step or locked.state == "closed":
                continue
            locked.escalated_on, locked.escalated_to = on, to
            move(by=by, alert=locked, action="escalate", on=on)
        raised += 1
    return raised


__all__ = ["AlertRefused", "StaleAlert", "dispatch", "escalate", "give_to", "move", "take_step"]
