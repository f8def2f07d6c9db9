"""Take hits in: a new alert, one more hit of an open one, an old one opened anew, or silence while it cools down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.alerts.handling.actions import move
from anmin.kernel.alerts.limits import COLOURS, gravest, limits_in
from anmin.kernel.alerts.models import Alert, AlertHit
from anmin.kernel.alerts.raising.hits import Reported
from anmin.kernel.alerts.raising.identities import identities_of
from anmin.kernel.alerts.scoring import Weighed, risk_of
from anmin.kernel.alerts.steps import holds
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.models import Household, Identifier, Level, Person

HOMES = 500
"""Households in one transaction: a run of many is not one long lock."""


@dataclass
class Raised:
    """What a run of hits came to. `unknown` counts hits about households that the register does not have."""

    hits: int = 0
    known: int = 0
    new: int = 0
    merged: int = 0
    quiet: int = 0
    reopened: int = 0
    unknown: int = 0

    @property
    def data(self) -> dict[str, int]:
        """For the book."""
        return dict(vars(self))


def raise_hits(*, by: Any, hits: Iterable[Reported], on: date) -> Raised:
    """Take hits in (预警生成). The same hit twice changes nothing; after a crash the same call goes on where it stopped.

    Hits of one cause gather in one alert of the household. An alert that was closed and is hit again stays quiet until
    its cool-down is over, unless the new hit is graver; then it opens anew and keeps its first hit.
    """
    raised = Raised()
    ordered = iter(sorted(hits, key=lambda hit: (hit.household, hit.as_of, hit.rule)))
    for part in _parts(ordered):
        _take(by, part, on, raised)
    return raised


def _parts(hits: Iterator[Reported]) -> Iterator[list[Reported]]:
    while part := list(islice(hits, HOMES * 4)):
        last = part[-1].household
        rest: list[Reported] = []
        for hit in hits:
            if hit.household != last:
                rest = [hit]
                break
            part.append(hit)
        yield part
        if rest:
            hits = iter([*rest, *hits])


@transaction.atomic
def _take(by: Any, hits: Sequence[Reported], on: date, raised: Raised) -> None:
    before = dict(raised.data)
    homes = {
        row.number: row
        for row in Household.objects.select_for_update().filter(number__in={hit.household for hit in hits})
    }
    people = _people(hits)
    known = set(AlertHit.objects.filter(key__in=[hit.key for hit in hits]).values_list("key", flat=True))
    limits_of = {row.pk: limits_in(row.division, on) for row in homes.values()}
    months = max((row.watches_left_months for row in limits_of.values()), default=24)
    identities = identities_of(limits_of, on, months)
    alerts = {
        (row.household_id, row.cause, row.subject): row
        for row in Alert.objects.select_for_update().filter(household__in=homes.values())
    }
    fresh: list[AlertHit] = []
    touched: dict[int, Alert] = {}
    for hit in hits:
        raised.hits += 1
        home = homes.get(hit.household)
        if home is None or (hit.person and hit.person not in people):
            raised.unknown += 1
            continue
        if hit.key in known:
            raised.known += 1
            continue
        known.add(hit.key)
        person = people.get(hit.person)
        alert, is_quiet = _alert_for(by, hit, home, person, alerts, on, raised)
        touched[alert.pk] = alert
        fresh.append(_row(hit, alert, person, is_quiet, on))
    AlertHit.objects.bulk_create(fresh, batch_size=500)
    _weigh(touched, identities, limits_of, on)
    if fresh or raised.unknown > before["unknown"]:
        after = {name: value - before[name] for name, value in raised.data.items()}
        audit.record(by=signature(by), act="alerts.raise", subject=on.isoformat(), after=after)


def _people(hits: Sequence[Reported]) -> dict[bytes, Person]:
    blinds = {hit.person for hit in hits if hit.person}
    rows = Identifier.objects.filter(blind__in=blinds, kind="resident", last_day__isnull=True)
    return {bytes(row.blind): row.person for row in rows.select_related("person")}


def _alert_for(
    by: Any,
    hit: Reported,
    home: Household,
    person: Person | None,
    alerts: dict[tuple[int, str, int], Alert],
    on: date,
    raised: Raised,
) -> tuple[Alert, bool]:
    """The alert a hit belongs to, and whether it stays quiet there."""
    is_held = person is not None and person.level >= Level.PROTECTED
    subject = person.pk if person is not None and is_held else 0
    alert = alerts.get((home.pk, hit.group, subject))
    if alert is None:
        alert = Alert.objects.create(
            household=home,
            person=person,
            subject=subject,
            division=home.division,
            level=max(home.level, person.level if person is not None and is_held else 0),
            cause=hit.group,
            direction=hit.direction,
            colour=hit.colour,
            fen=hit.fen,
            first_hit_on=hit.as_of,
            last_hit_on=hit.as_of,
            raised_on=on,
        )
        alerts[home.pk, hit.group, subject] = alert
        raised.new += 1
        return alert, False
    graver = COLOURS.index(hit.colour) > COLOURS.index(alert.colour)
    if alert.state == "closed":
        if alert.quiet_until is not None and on <= alert.quiet_until and not graver:
            raised.quiet += 1
            return alert, True
        _reopen(by, alert, hit, on)
        raised.reopened += 1
        return alert, False
    if person is None or (alert.person_id is not None and alert.person_id != person.pk):
        alert.person = None
    alert.colour = gravest([alert.colour, hit.colour])
    alert.last_hit_on = max(alert.last_hit_on, hit.as_of)
    alert.fen = hit.fen if hit.fen is not None else alert.fen
    raised.merged += 1
    return alert, False


def _reopen(by: Any, alert: Alert, hit: Reported, on: date) -> None:
    """Open anew by a step; the first hit stays, the next round begins."""
    move(by=by, alert=alert, action="reopen", on=on, words=_("同一原因再次命中"))
    alert.colour, alert.last_hit_on, alert.raised_on = hit.colour, hit.as_of, on
    alert.direction, alert.fen = hit.direction, hit.fen


def _row(hit: Reported, alert: Alert, person: Person | None, is_quiet: bool, on: date) -> AlertHit:
    return AlertHit(
        alert=alert,
        round=alert.round,
        key=hit.key,
        rule=hit.rule,
        rule_since=hit.rule_since,
        person=person,
        as_of=hit.as_of,
        cause=hit.group,
        colour=hit.colour,
        weight=hit.weight,
        sources=sorted({one.source for one in hit.values if one.source}),
        values=[one.data for one in hit.values],
        is_quiet=is_quiet,
        learned_on=on,
    )


def _weigh(
    touched: dict[int, Alert], identities: dict[int, set[str]], limits_of: dict[int, Any], on: date
) -> None:
    """The household's score into each alert that was hit; the score's band may be graver than the hit's own colour."""
    homes = {row.household_id for row in touched.values()}
    hits: dict[int, list[Weighed]] = {home: [] for home in homes}
    rows = AlertHit.objects.filter(alert__household__in=homes, is_quiet=False).select_related("alert")
    for row in rows.only(
        "cause", "weight", "as_of", "round", "alert__household", "alert__result", "alert__round",
        "alert__state", "alert__direction",
    ):  # fmt: skip
        alert = row.alert
        denied = row.round < alert.round or (
            alert.state == "closed" and holds(alert.result, alert.direction) is False
        )
        if alert.direction not in ("LESS", "DATA"):
            hits[alert.household_id].append(Weighed(row.cause, row.weight, row.as_of, not denied))
    for alert in touched.values():
        limits = limits_of[alert.household_id]
        risk = risk_of(hits[alert.household_id], identities.get(alert.household_id, ()), on, limits)
        alert.risk = risk.score
        if alert.state != "closed" and risk.colour and alert.direction not in ("LESS", "DATA"):
            alert.colour = gravest([alert.colour, risk.colour])
        alert.save()
