"""What a running benefit would come to if a sign is true (影响试算): the same rules over the family's adopted facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.alerts.models import AlertHit
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.verification.queries import result_of
from anmin.kernel.entitlements.queries import paying
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError
from anmin.policy.rules import Level

FILE = Path(__file__).parent / "changes.yaml"


@lru_cache(maxsize=1)
def changes() -> dict[str, Any]:
    """How signs stand for facts of the rules."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


@dataclass(frozen=True)
class Supposed:
    """What is supposed for a trial: other values by person and fact (None: the household's), and who is gone."""

    values: dict[tuple[int | None, str], int]
    gone: frozenset[int]


def supposed(hits: Iterable[AlertHit]) -> Supposed:
    """What the rules would read if the hits are true."""
    values: dict[tuple[int | None, str], int] = {}
    gone = set()
    known = rulebook().facts
    for hit in hits:
        cause = hit.cause.partition(":")[0]
        person = hit.person_id
        if cause in changes()["gone"] and person is not None:
            gone.add(person)
        if cause in changes()["absent"] and person is not None:
            values[person, "absence"] = changes()["absent"][cause]
        if person is not None:
            values |= {(person, name): value for name, value in changes()["ended"].get(cause, {}).items()}
        for one in hit.values:
            way = changes()["facts"].get(one["fact"], {})
            name = way.get("fact", one["fact"])
            fact = known.get(name)
            if fact is None:
                continue
            value = way.get("value", one["value"] * way.get("times", 1))
            if fact.level is Level.HOUSEHOLD:
                values[None, name] = value
            elif person is not None:
                values[person, name] = value
    return Supposed(values, frozenset(gone))


def effect_of(case: Case, hits: Iterable[AlertHit], on: date) -> tuple[int, int] | None:
    """Fen a month of a review's benefit now, and by the same rules if the hits are true.

    None where the rules cannot be applied because something is missing: then nothing is claimed.
    """
    entitlement = case.entitlement
    if entitlement is None:
        return None
    held = paying(entitlement, add_months(on.replace(day=1), 1))
    before = held.fen if held is not None else 0
    tried = supposed(hits)
    if entitlement.person_id in tried.gone or not case.members.exclude(person__in=tried.gone).exists():
        return before, 0
    try:
        claims = result_of(case, on=on, instead=tried.values, without=tried.gone).claims
    except PolicyError:
        return None
    mine = [
        one
        for one in claims
        if one.benefit.key == entitlement.benefit and one.member in (None, entitlement.person_id)
    ]
    return before, mine[0].fen if mine else 0
