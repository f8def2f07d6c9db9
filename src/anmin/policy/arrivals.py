"""What has arrived: of which months and places a source has told, and for which rules its silence means nothing.

A snapshot's manifest lists arrivals by fact: `{"medical_burden": [{"month": "2026-10", "division": "", "batch": "17",
"known_on": "2026-11-05"}]}`. A division of "" is the whole place. A fact of the snapshot without a list has arrived for all
its months; one that is not in the snapshot has not arrived at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from anmin.policy.alerts import Alert
from anmin.policy.facts import Fact
from anmin.policy.plan import Plan
from anmin.policy.snapshots import Snapshot
from anmin.policy.types import WINDOW

GRACE_DAYS = 15
"""Days after a month's end until its data are due; before that a month that is missing is not late."""


@dataclass(frozen=True)
class Arrival:
    """One delivery: a month (2026-10) of one fact for one place, in which batch, and when it was known."""

    month: str
    division: str
    batch: str
    known_on: date | None


@dataclass(frozen=True)
class Arrivals:
    """All deliveries of a snapshot by fact, and which facts it has at all; `late` names facts whose source is late."""

    by_fact: Mapping[str, tuple[Arrival, ...]]
    present: frozenset[str]
    late: frozenset[str] = frozenset()

    @classmethod
    def of(cls, snapshot: Snapshot, late: Collection[str] = ()) -> Arrivals:
        """Read from a snapshot's manifest; a batch of the provenance counts for facts without months."""
        rows: dict[str, tuple[Arrival, ...]] = {}
        for fact, given in (snapshot.manifest.get("provenance") or {}).items():
            batch = ",".join(str(one) for one in given.get("batches", ()))
            rows[fact] = (Arrival(str(given.get("period", "")), "", batch, None),)
        for fact, listed in (snapshot.manifest.get("arrivals") or {}).items():
            rows[fact] = tuple(_arrival(row) for row in listed)
        present = {name for names in snapshot.manifest["facts"].values() for name in names}
        return cls(rows, frozenset(present), frozenset(late))

    def find(self, fact: Fact, month: str, division: str) -> Arrival | None:
        """The delivery that told a fact of a month (of any for a fact without months) in a place; the newest word."""
        found = None
        for row in self.by_fact.get(fact.name, ()):
            if (not fact.monthly or row.month == month) and division.startswith(row.division):
                found = row
        return found

    def is_known(self, fact: Fact, months: Iterable[str], division: str) -> bool:
        """Whether a fact was told for a place: present, not late, and each of the months delivered."""
        if fact.name not in self.present or fact.name in self.late:
            return False
        if not fact.monthly or fact.name not in self.by_fact:
            return True
        return all(self.find(fact, month, division) is not None for month in months)


def _arrival(row: Mapping[str, Any]) -> Arrival:
    known = row.get("known_on")
    return Arrival(
        str(row["month"]),
        str(row.get("division", "")),
        str(row.get("batch", "")),
        date.fromisoformat(known) if known else None,
    )


def month_names(on: date) -> list[str]:
    """The twelve months of a calculation, the month of the day last."""
    last = on.year * 12 + on.month - 1
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(last - WINDOW + 1, last + 1)]


def months_due(on: date, count: int) -> list[str]:
    """The latest months that must have arrived by a day, the newest last."""
    back = on - timedelta(GRACE_DAYS)
    whole = (back + timedelta(1)).day == 1
    last = back.year * 12 + back.month - 1 - (0 if whole else 1)
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(last - count + 1, last + 1)]


def unknown_to(
    alert: Alert, facts: Iterable[Fact], arrivals: Arrivals, on: date, division: str
) -> list[Fact]:
    """The facts of a rule that a place has not been told about: its silence there is no answer."""
    months = months_due(on, alert.months)
    return [fact for fact in facts if not arrivals.is_known(fact, months, division)]


SMALL = 4
"""Facts behind a rule of another folder that is still read as evidence: a certificate in force, an age."""


def evidence_of(plan: Plan, alert: Alert) -> tuple[Fact, ...]:
    """The facts that a rule of monitoring rests on, its own first.

    They are those that rules of its own folder read, those behind small rules elsewhere, and, however far away, those that
    only monitoring knows. What goes into income or membership is not evidence; it stands on the why page.
    """
    rules = {rule.name: rule for rule in plan.rules}
    own = rules[alert.rule].function.__module__
    behind = facts_behind(plan)
    facts: dict[str, Fact] = {}
    waiting, seen = [(alert.rule, True)], {alert.rule}
    while waiting:
        name, from_near = waiting.pop(0)
        rule = rules[name]
        is_near = rule.function.__module__ == own or (from_near and len(behind[name]) <= SMALL)
        for parameter in rule.parameters:
            fact = plan.rulebook.facts.get(parameter.name)
            if fact is not None and (fact.monthly or not fact.asked or is_near):
                facts.setdefault(fact.name, fact)
            elif parameter.name in rules and parameter.name not in seen:
                seen.add(parameter.name)
                waiting.append((parameter.name, is_near))
    return tuple(facts.values())


def facts_behind(plan: Plan) -> dict[str, frozenset[str]]:
    """All facts that each rule of a plan rests on, directly or not."""
    found: dict[str, frozenset[str]] = {}
    for rule in plan.rules:
        behind: frozenset[str] = frozenset()
        for parameter in rule.parameters:
            if parameter.name in plan.rulebook.facts:
                behind |= {parameter.name}
            else:
                behind |= found.get(parameter.name, frozenset())
        found[rule.name] = behind
    return found
