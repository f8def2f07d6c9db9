"""Which benefits go without application, and how long to wait for an answer: as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.screening.rulebooks import rulebook

FILE = Path(__file__).parent / "offers.yaml"


@lru_cache(maxsize=1)
def offering() -> dict[str, Any]:
    """The benefits and the waits. Refuses to load a list with dibao on it (民发〔2021〕57号 §28)."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    forbidden = set(found["never"]) & set(found["benefits"])
    if forbidden:
        raise ValueError(f"{'、'.join(sorted(forbidden))} 不得免申请办理（民发〔2021〕57号 §28）")
    return found


@dataclass(frozen=True)
class Waiting:
    """A benefit that should go without application and cannot yet: which figures are lacking and who can supply them.

    `known` is what national rules settle already, empty where nothing; it never makes an amount. `pushed` is the department
    to which the list of the recognised goes all the same, empty where to none.
    """

    key: str
    title: str
    law: str
    known: str
    lacks: str
    source: str
    pushed: str


def waiting(division: str, on: date) -> tuple[Waiting, ...]:
    """What is blocked in a place for want of a local standard; no amount is ever guessed."""
    book = rulebook()
    rows = [Waiting(key, **row) for key, row in offering()["waiting"].items()]
    for key in offering()["benefits"]:
        benefit = book.benefits.get(key)
        lacking = book.lacking(key, division, on) if benefit is not None else ()
        if benefit is not None and benefit.needs and lacking:
            rows.append(Waiting(key, benefit.title, benefit.law, "", "、".join(lacking), benefit.source, ""))
    return tuple(rows)


@dataclass(frozen=True)
class Direct:
    """A benefit paid to everybody on the books without asking each: by which rule and in what way."""

    benefit: str
    law: str
    how: str


@lru_cache(maxsize=1)
def direct() -> tuple[Direct, ...]:
    """What goes out by the books alone, once two people have started it."""
    return tuple(Direct(benefit, **row) for benefit, row in offering()["direct"].items())
