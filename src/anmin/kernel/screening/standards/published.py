"""The confirmed standards as the rules read them: a folder of numbered files, each the whole list as it then was.

The database is where standards are proposed and confirmed; rules run also where there is none (the command line, Spark).
A file is written once and never changed; the one with the highest number counts, and its number is the version of the pack.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from anmin.policy.errors import PolicyError
from anmin.policy.rates import RateEntry

FOLDER = "standards"


@dataclass(frozen=True)
class Standard:
    """A confirmed value and the moment since which it is known."""

    entry: RateEntry
    known: datetime


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.ANMIN_HOME) / FOLDER


def newest() -> Path | None:
    """The file that counts, or None where nothing was ever confirmed here."""
    try:
        with os.scandir(folder()) as there:
            name = max((one.name for one in there if one.name.endswith(".json")), default="")
    except FileNotFoundError:
        return None
    return folder() / name if name else None


def read(path: Path) -> tuple[Standard, ...]:
    """The standards of a file, in the order in which they were confirmed.

    Raises:
        PolicyError: `standards_unreadable`; without them every calculation would use what no longer holds.
    """
    try:
        return tuple(_standard(row) for row in json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise PolicyError(
            "standards_unreadable",
            what="已确认的标准读不出来",
            where=str(path),
            todo="请管理员运行 anmin standards --lay-out，按数据库重新写出",
        ) from trouble


def write(version: int, standards: Sequence[Standard]) -> Path:
    """Lay a version out; whatever has a higher number, of a database that was put back since, goes."""
    path = folder() / f"{version:06d}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([_written(row) for row in standards], ensure_ascii=False, indent=1)
    if not path.exists() or path.read_text("utf-8") != text:
        making = path.with_suffix(f".{os.getpid()}.writing")
        making.write_text(text, "utf-8")
        making.replace(path)
    for other in folder().glob("*.json"):
        if other.name > path.name:
            other.unlink()
    return path


def _written(row: Standard) -> dict[str, object]:
    entry = row.entry
    return {
        "rate": entry.rate,
        "division": entry.division,
        "first_day": entry.first_day.isoformat(),
        "last_day": entry.last_day.isoformat() if entry.last_day else None,
        "urban": entry.urban,
        "rural": entry.rural,
        "law": entry.law,
        "source": entry.source,
        "checked": entry.checked.isoformat() if entry.checked else None,
        "note": entry.note,
        "known": row.known.isoformat(),
    }


def _standard(row: dict[str, str]) -> Standard:
    entry = RateEntry(
        rate=row["rate"],
        division=row["division"],
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]) if row["last_day"] else None,
        urban=int(row["urban"]),
        rural=int(row["rural"]),
        law=row["law"],
        source=row["source"],
        verified=True,
        checked=date.fromisoformat(row["checked"]) if row["checked"] else None,
        note=row["note"],
    )
    return Standard(entry, datetime.fromisoformat(row["known"]))
