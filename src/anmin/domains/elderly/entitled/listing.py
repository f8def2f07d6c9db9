"""The list in force in a place on a day, and a person's answer to each item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.domains.elderly.entitled.predicates import PREDICATES, Elder, Verdict
from anmin.lib.divisions import canonical, is_within


@dataclass(frozen=True)
class ListedService:
    """One item of the list: what, in which way, by which standard, who pays (项目、方式、标准、支出责任)."""

    key: str
    title: str
    group: str
    who: str
    mode: str
    standard: str
    payer: str
    benefits: tuple[str, ...] = ()
    service: str = ""


@dataclass(frozen=True)
class Answer:
    """An item with the verdict for one person."""

    service: ListedService
    verdict: Verdict


@lru_cache(maxsize=1)
def declared() -> dict[str, Any]:
    """The list as it is written down."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("list.yaml").read_text("utf-8"))
    return found


def services(division: str, on: date) -> tuple[ListedService, ...]:
    """The items in force: those of the nation, then what the place adds."""
    written = declared()
    rows = list(written["items"]) if written["since"] <= on else []
    for place in written["places"]:
        if place["since"] <= on and is_within(canonical(division), str(place["division"])):
            rows += place["items"]
    return tuple(ListedService(**{**row, "benefits": tuple(row.get("benefits", ()))}) for row in rows)


def answers(elder: Elder) -> list[Answer]:
    """Every item with its answer: entitled first, then what must be found out, then the rest."""
    rows = [Answer(one, PREDICATES[one.who](elder)) for one in services(elder.division, elder.on)]
    order = {True: 0, None: 1, False: 2}
    return sorted(rows, key=lambda row: order[row.verdict.entitled])
