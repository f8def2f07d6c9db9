"""The items of an adaptation and what is paid for it: basic items done or reasoned away, the sum within what was approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class AdaptationItem:
    """One item of the list (改造项目)."""

    code: str
    title: str
    category: str
    basic: bool


@dataclass(frozen=True)
class Work:
    """What is done about one item: quoted and actual price in fen, or the reason why it is not needed."""

    code: str
    quoted_fen: int = 0
    actual_fen: int = 0
    reason: str = ""
    is_accepted: bool = False


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("items.yaml").read_text("utf-8"))
    return found


@lru_cache(maxsize=1)
def items() -> Mapping[str, AdaptationItem]:
    """The thirty items by code."""
    return {
        code: AdaptationItem(code, row["title"], part["title"], row.get("basic", False))
        for part in _declared()["categories"].values()
        for code, row in part["items"].items()
    }


def unsettled(works: Iterable[Work]) -> list[AdaptationItem]:
    """Basic items that are neither planned nor said to be unneeded."""
    by_code = {one.code: one for one in works}
    return [
        item
        for code, item in items().items()
        if item.basic
        and (code not in by_code or (not by_code[code].quoted_fen and not by_code[code].reason.strip()))
    ]


def subsidy(actual_fen: int, approved_fen: int, cap_fen: int) -> int:
    """What is paid: the actual sum, at most what was approved and at most the cap. Fen."""
    return min(actual_fen, approved_fen, cap_fen)
