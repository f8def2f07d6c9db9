"""The whole rulebook and a demonstration city, for measuring what is really run beside the 43-rule set."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from anmin.kernel.facts.demo.city import build_city
from anmin.kernel.facts.demo.places import places_of
from anmin.kernel.screening.rulebooks import outputs, rulebook
from anmin.policy.plan import Plan, make_plan
from anmin.policy.snapshots import Snapshot

CITY = "371000"
DAY = date(2026, 11, 1)


def city_plan() -> Plan:
    """Every rule of every installed domain, with the outputs that a screening run keeps."""
    book = rulebook()
    return make_plan(book, DAY, outputs(book))


def city_population(home: Path, persons: int) -> Snapshot:
    """A demonstration city of so many persons under `home`, for the facts that the rulebook knows now."""
    book = rulebook()
    facts = " ".join(f"{name} {fact.kind.value} {fact.default}" for name, fact in sorted(book.facts.items()))
    folder = home / f"city-{CITY}-{persons}-{hashlib.sha256(facts.encode()).hexdigest()[:8]}"
    if not folder.exists():
        build_city(folder, places_of(CITY, DAY), book, on=DAY, persons=persons)
    return Snapshot.open(folder)
