"""Notices (告知书): the text a person is given before agreeing, kept in every version that was ever used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "notices"


@dataclass(frozen=True)
class Notice:
    """One version of a notice (告知书). `plain` says the same in short sentences (易读版)."""

    key: str
    purpose: str
    since: date
    title: str
    law: str
    text: str
    plain: str


@lru_cache(maxsize=1)
def notices() -> dict[str, Notice]:
    """Every version by its key, such as `check/2026-01`."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            key = f"{row['purpose']}/{row['version']}"
            found[key] = Notice(
                key, row["purpose"], row["since"], row["title"], row["law"], row["text"], row["plain"]
            )
    return found


def notice_in_force(purpose: str, on: date) -> Notice | None:
    """The version that people are given on a day."""
    held = [row for row in notices().values() if row.purpose == purpose and row.since <= on]
    return max(held, key=lambda row: row.since, default=None)
