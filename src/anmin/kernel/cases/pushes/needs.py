"""To which departments a recognised family is told, by layer and by who is in it: as data."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.queries import in_force
from anmin.lib.calendar import add_months

FILE = Path(__file__).parent / "pushes.yaml"


@lru_cache(maxsize=1)
def pushing() -> dict[str, Any]:
    """The departments, what each is told for, and how long they have to answer."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def departments_for(household: Household, benefit: str, on: date) -> list[str]:
    """The departments that a recognition is told to; those for pupils or workers only where the family has such members."""
    layer = benefit.rpartition("/")[2]
    births = [
        row.person.birth_day
        for row in Membership.objects.filter(in_force(on), household=household).select_related("person")
        if row.person.birth_day is not None
    ]
    found = []
    for key, row in pushing()["departments"].items():
        if layer not in row["layers"]:
            continue
        span = pushing()["ages"].get(row.get("when", ""))
        if span is None or any(_is_aged(birth, span, on) for birth in births):
            found.append(key)
    return found


def _is_aged(birth: date, span: list[int], on: date) -> bool:
    return add_months(birth, span[0] * 12) <= on < add_months(birth, span[1] * 12)
