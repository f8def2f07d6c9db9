"""With what a sweep compares (名册): which benefits it goes through, whose roll says who receives them, who is who in a household."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.benefits import Benefit

FILE = Path(__file__).parent / "rolls.yaml"
ROLL = "benefit_rolls"
"""The source by which the bureau hands in who receives what already (待遇发放名册)."""


@lru_cache(maxsize=1)
def rolls() -> dict[str, Any]:
    """With which roll each benefit is compared."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def swept() -> list[Benefit]:
    """The benefits that a sweep goes through, the strongest layer first."""
    never = set(rolls()["never"])
    found = rulebook().benefits.items()
    return sorted((row for key, row in found if key not in never), key=lambda row: row.rank)


@lru_cache(maxsize=1)
def groups() -> dict[str, frozenset[str]]:
    """Benefits that stand for one another (dibao in its kinds, tekun): who has one of them has what the family is due."""
    return {key: frozenset(keys) for keys in rolls()["same_roll"].values() for key in keys}


def roll_column(benefit: str) -> str:
    """The title of the column of the roll that says who receives a benefit; empty where the roll has none."""
    name = rolls()["columns"].get(benefit)
    return next((one.title for one in sources()[ROLL].columns if one.name == name), "")
