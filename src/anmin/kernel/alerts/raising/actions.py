"""Take hits in: a new alert, one more hit of an open one, an old one opened anew, or silence while it cools down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.alerts.handling.actions import step_of, write_steps
from anmin.kernel.alerts.limits import COLOURS, Limits, gravest, limits_in
from anmin.kernel.alerts.models import Alert, AlertHit, AlertStep
from anmin.kernel.alerts.raising.hits import APART, Reported
from anmin.kernel.alerts.raising.identities import identities_of
from anmin.kernel.alerts.scoring import Weighed, risk_of
from anmin.kernel.alerts.steps import holds
from anmin.kernel.alerts.writing import update_alerts
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
    """Some households' hits: everything is read once, decided in memory, and written kind by kind."""
    before = dict(raised.data)
    homes = {
        row.number: row
        for row in Household.objects.select_for_update().filter(number__in={hit.household for hit in hits})
    }
    people = _people(hits)
    known = set(AlertHit.objects.filter(key__in=[hit.key for hit in hits]).values_list("key", flat=True))
    desk = _Desk.of(by, homes.values(), on, raised)
    for hit in hits:
        raised.hits += 1
        home = homes.get(hit.household)
        if home is None or (hit.person and hit.person not in people):
            raised.unknown += 1
        elif hit.key in known:
            raised.known += 1
        else:
            known.add(hit.key)
            desk.take(hit, home, people.get(hit.person))
    desk.weigh()
    desk.write()
    if desk.taken or raised.unknown > before["unknown"]:
        after = {name: value - before[name] for name, value in raised.data.items()}
        audit.record(by=signature(by), act="alerts.raise", subject=on.isoformat(), after=after)


def _people(hits: Sequence[Reported]) -> dict[bytes, Person]:
    blinds = {hit.person for hit in hits if hit.person}
    rows = Identifier.objects.filter(blind__in=blinds, kind="resident", last_day__isnull=True)
    return {bytes(row.blind): row.person for row in rows.select_related("person")}


@dataclass(frozen=True)
class _Taken:
    """A hit that was taken in: into which alert and round, about whom, and whether quietly."""

    hit: Reported
    alert: Alert
    round: int
    person: Person | None
    is_quiet: bool


@dataclass
class _Desk:
    """The alerts of some locked households, and what a run has done to them that is not written yet."""

    by: Any
    on: date
    raised: Raised
    limits: dict[int, Limits]
    alerts: dict[tuple[int, str, int], Alert]
    taken: list[_Taken] = field(default_factory=list)
    reopened: list[tuple[Alert, AlertStep]] = field(default_factory=list)

    @classmethod
    def of(cls, by: Any, homes: Collection[Household], on: date, raised: Raised) -> _Desk:
        """The desk of some households, their alerts locked."""
        rows = Alert.objects.select_for_update(of=("self",)).filter(household__in=homes)
        limits = {row.pk: limits_in(row.division, on) for row in homes}
        alerts = {(row.household_id, row.cause, row.subject): row for row in rows.select_related("household")}
        return cls(by, on, raised, limits, alerts)

    def take(self, hit: Reported, home: Household, person: Person | None) -> None:
        """Take a hit into its alert, which may begin by it or open anew."""
        is_held = person is not None and person.level >= Level.PROTECTED
        key = (home.pk, hit.group, person.pk if person is not None and is_held else 0)
        alert = self.alerts.get(key)
        is_quiet = False
        if alert is None:
            alert = self.alerts[key] = _begun(hit, home, person if is_held else None, person, self.on)
            self.raised.new += 1
        elif alert.state == "closed":
            is_quiet = self._is_quiet(hit, alert)
            if is_quiet:
                self.raised.quiet += 1
            else:
                self._reopen(hit, alert)
        else:
            self._merge(hit, alert, person)
        self.taken.append(_Taken(hit, alert, alert.round, person, is_quiet))

    def _is_quiet(self, hit: Reported, alert: Alert) -> bool:
        graver = COLOURS.index(hit.colour) > COLOURS.index(alert.colour)
        return alert.quiet_until is not None and self.on <= alert.quiet_until and not graver

    def _reopen(self, hit: Reported, alert: Alert) -> None:
        """Open anew by a step; the first hit stays, the next round begins."""
        step = step_of(by=self.by, alert=alert, action="reopen", on=self.on, words=_("同一原因再次命中"))
        self.reopened.append((alert, step))
        alert.colour, alert.last_hit_on, alert.raised_on = hit.colour, hit.as_of, self.on
        alert.direction, alert.fen = hit.direction, hit.fen
        self.raised.reopened += 1

    def _merge(self, hit: Reported, alert: Alert, person: Person | None) -> None:
        if person is None or (alert.person_id is not None and alert.person_id != person.pk):
            alert.person = None
        alert.colour = gravest([alert.colour, hit.colour])
        alert.last_hit_on = max(alert.last_hit_on, hit.as_of)
        alert.fen = hit.fen if hit.fen is not None else alert.fen
        self.raised.merged += 1

    @property
    def touched(self) -> list[Alert]:
        """The alerts that were hit, each once."""
        return list({id(one.alert): one.alert for one in self.taken}.values())

    def weigh(self) -> None:
        """The household's score into each alert that was hit; its band may be graver than the hit's own colour."""
        months = max((row.watches_left_months for row in self.limits.values()), default=24)
        homes = {alert.household_id for alert in self.touched}
        identities = identities_of(homes, self.on, months)
        spoken = self._spoken(homes)
        for alert in self.touched:
            limits = self.limits[alert.household_id]
            risk = risk_of(
                spoken[alert.household_id], identities.get(alert.household_id, ()), self.on, limits
            )
            alert.risk = risk.score
            if alert.state != "closed" and risk.colour and alert.direction not in APART:
                alert.colour = gravest([alert.colour, risk.colour])

    def _spoken(self, homes: set[int]) -> dict[int, list[Weighed]]:
        """The hits of some households as the score knows them, those just taken in with them."""
        mine = {
            row.pk: row for row in self.alerts.values() if row.pk is not None and row.household_id in homes
        }
        rows = AlertHit.objects.filter(alert__in=mine, is_quiet=False) if mine else AlertHit.objects.none()
        told = [
            (mine[pk], cause, weight, as_of, turn)
            for pk, cause, weight, as_of, turn in rows.values_list(
                "alert", "cause", "weight", "as_of", "round"
            )
        ]
        told += [
            (one.alert, one.hit.group, one.hit.weight, one.hit.as_of, one.round)
            for one in self.taken
            if not one.is_quiet
        ]
        found: dict[int, list[Weighed]] = {home: [] for home in homes}
        for alert, cause, weight, as_of, turn in told:
            if alert.direction in APART:
                continue
            denied = turn < alert.round or (
                alert.state == "closed" and holds(alert.result, alert.direction) is False
            )
            found[alert.household_id].append(Weighed(cause, weight, as_of, not denied))
        return found

    def write(self) -> None:
        """New alerts, steps of those that opened anew, alerts that were hit again, hits: each kind in one statement."""
        fresh = [row for row in self.touched if row.pk is None]
        again = {alert.pk for alert, _step in self.reopened}
        older = [row for row in self.touched if row.pk is not None and row.pk not in again]
        Alert.objects.bulk_create(fresh, batch_size=500)
        write_steps(by=self.by, moved=self.reopened)
        update_alerts(older)
        AlertHit.objects.bulk_create([_row(one, self.on) for one in self.taken], batch_size=500)


def _begun(hit: Reported, home: Household, held: Person | None, person: Person | None, on: date) -> Alert:
    """A new alert; about a protected person it stands apart and is held as closely as they are."""
    return Alert(
        household=home,
        person=person,
        subject=held.pk if held is not None else 0,
        division=home.division,
        level=max(home.level, held.level if held is not None else 0),
        cause=hit.group,
        direction=hit.direction,
        colour=hit.colour,
        fen=hit.fen,
        first_hit_on=hit.as_of,
        last_hit_on=hit.as_of,
        raised_on=on,
    )


def _row(one: _Taken, on: date) -> AlertHit:
    hit = one.hit
    return AlertHit(
        alert=one.alert,
        round=one.round,
        key=hit.key,
        rule=hit.rule,
        rule_since=hit.rule_since,
        person=one.person,
        as_of=hit.as_of,
        cause=hit.group,
        colour=hit.colour,
        weight=hit.weight,
        sources=sorted({value.source for value in hit.values if value.source}),
        values=[value.data for value in hit.values],
        is_quiet=one.is_quiet,
        learned_on=on,
    )
