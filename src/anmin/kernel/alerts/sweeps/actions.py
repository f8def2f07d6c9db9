"""Sweep a run: everybody lacking becomes an alert of their town, to be settled by a day; nobody is granted or stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from anmin.kernel.access.queries import signature
from anmin.kernel.alerts.raising.actions import raise_hits
from anmin.kernel.alerts.raising.hits import Reported, Value
from anmin.kernel.alerts.sweeps.comparing import Lacking, compare
from anmin.kernel.alerts.sweeps.grounds import grounds_of
from anmin.kernel.alerts.sweeps.models import Sweep, SweepPart
from anmin.kernel.alerts.sweeps.rolls import rolls
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.queries import blinds_of
from anmin.kernel.screening.claims import members_in_order
from anmin.kernel.screening.models import Run

MISSED, WITHOUT = "missed:", "without:"
"""How the causes of a sweep's alerts begin; the benefit's key follows."""
FEN, REASON, GROUND = "sweep_fen", "sweep_reason", "sweep_ground"
"""The values of a sweep's hit: fen a period, and in words the condition that fails or the line that gives the amount."""
RULE_SINCE = date(2023, 10, 20)


def sweep(*, by: Any, run: Run, on: date) -> Sweep:
    """Sweep a run, once; the same run again takes up where it stopped and changes nothing that is there."""
    sums, lacking = compare(run)
    raise_hits(by=by, hits=hits_of(list(lacking), run), on=on)
    with transaction.atomic():
        row = Sweep.objects.filter(run=run).first()
        if row is not None:
            return row
        row = Sweep.objects.create(
            run=run,
            division=run.city,
            on=on,
            target_day=on + timedelta(int(rolls()["days"])),
            made_by=str(signature(by))[:150],
        )
        SweepPart.objects.bulk_create(
            SweepPart(
                sweep=row,
                benefit=part.benefit,
                has_roll=part.has_roll,
                eligible=part.eligible,
                missed=part.missed,
                held=part.held,
                untold=part.untold,
                without=part.without,
                fen=part.fen,
            )
            for part in sums.values()
        )
        after = {
            part.benefit: [part.eligible, part.missed, part.held, part.without, part.untold]
            for part in sums.values()
        }
        audit.record(by=signature(by), act="alerts.sweep", subject=row, after=after, division=row.division)
    return row


def hits_of(rows: list[Lacking], run: Run) -> Iterator[Reported]:
    """A hit for each. Of one household the benefit at stake is the cause, so that each is settled by itself."""
    personal = [row.household for row in rows if row.member is not None]
    places = members_in_order(personal)
    people = {person for keys in places.values() for person in keys} | {
        row.person for row in rows if row.person is not None
    }
    blinds = blinds_of(people)
    grounds = grounds_of(run, rows)
    for row in rows:
        person = b""
        if row.member is not None:
            keys = places.get(row.household, [])
            key = keys[row.member] if row.member < len(keys) else None
            if key is None or key not in blinds:
                continue
            person = blinds[key]
        elif row.person is not None:
            if row.person not in blinds:
                continue
            person = blinds[row.person]
        kind = "without" if row.is_without else "missed"
        yield Reported(
            rule=f"sweep/{kind}/{row.benefit}",
            rule_since=RULE_SINCE,
            household=row.household,
            person=person,
            as_of=run.on,
            colour=rolls()["colours"][kind],
            weight=0,
            cause=f"{WITHOUT if row.is_without else MISSED}{row.benefit}",
            direction="LESS" if row.is_without else "MORE",
            fen=row.fen,
            values=tuple(_values(row, run, grounds.get((row.household, row.benefit, row.member), ""))),
        )


def _values(row: Lacking, run: Run, ground: str) -> Iterator[Value]:
    """What is at stake a period, and how it comes to that or which condition no longer holds."""
    if row.fen is not None:
        yield Value(FEN, row.fen, run.source, run.on.isoformat(), str(run.pk))
    if ground:
        yield Value(GROUND, 0, run.source, run.on.isoformat(), str(run.pk), words=ground)
    if row.why:
        yield Value(REASON, 0, run.source, run.on.isoformat(), str(run.pk), words=row.why)
