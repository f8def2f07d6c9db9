"""Dated rates: amounts, ratios and switches by division, urban or rural, each with its law and its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

import yaml

from anmin.lib.divisions import ancestors
from anmin.policy import codes as code_sets
from anmin.policy.codes import Settlement
from anmin.policy.errors import PolicyError
from anmin.policy.facts import value_of
from anmin.policy.types import Kind

Value = int | tuple[tuple[int, int], ...]
NATION = "000000"


@dataclass(frozen=True)
class RateEntry:
    """One value from a day on, in one division. `rural` equals `urban` where the law makes no difference.

    `last_day` None means: until the next entry of the same division. `verified` False shows the mark 待核实.
    """

    rate: str
    division: str
    first_day: date
    last_day: date | None
    urban: Value
    rural: Value
    law: str
    source: str
    verified: bool
    checked: date | None
    note: str = ""

    def value(self, settlement: int) -> Value:
        """The value for urban (0) or rural (1) households."""
        return self.rural if settlement == Settlement.RURAL else self.urban

    def holds(self, on: date) -> bool:
        """Whether the entry is in force on a day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True)
class Rate:
    """The definition of a rate: what it is called and how its values are written."""

    name: str
    title: str
    english: str
    kind: Kind
    codes: type[IntEnum] | None = None
    of: Kind = Kind.FEN
    unit: str = ""


class RateBook:
    """All rates with all their entries; looks up what is in force in a place on a day."""

    def __init__(self, rates: Iterable[Rate], entries: Iterable[RateEntry]) -> None:
        self.rates: dict[str, Rate] = {}
        for rate in rates:
            known = self.rates.setdefault(rate.name, rate)
            if known != rate:
                raise PolicyError(
                    "rate_twice", what=f"费率 {rate.name} 有两种不同的定义", where=rate.title, todo="统一定义"
                )
        self.entries: dict[tuple[str, str], list[RateEntry]] = {}
        for entry in entries:
            if entry.rate not in self.rates:
                raise PolicyError(
                    "rate_unknown", what=f"费率 {entry.rate} 有数值但没有定义", todo="先写明 title 和 kind"
                )
            self.entries.setdefault((entry.rate, entry.division), []).append(entry)
        for (name, division), row in self.entries.items():
            self.entries[name, division] = _closed(sorted(row, key=lambda entry: entry.first_day))

    @classmethod
    def read(cls, *paths: Path) -> RateBook:
        """Read rate files; see `docs/howto/change-a-rate.md` for their form."""
        written = [
            (path, name, row)
            for path in paths
            for name, row in (exact_yaml(path.read_text("utf-8")) or {}).items()
        ]
        rates = [_definition(name, row) for _, name, row in written if "title" in row]
        known = {rate.name: rate for rate in rates}
        entries = [
            entry for path, name, row in written for entry in _entries(known.get(name), name, row, path)
        ]
        return cls(rates, entries)

    def with_entries(self, extra: Iterable[RateEntry]) -> RateBook:
        """A copy in which these entries replace those of the same rate and division (scenarios, examples)."""
        extra = list(extra)
        replaced = {(entry.rate, entry.division) for entry in extra}
        kept = [entry for key, row in self.entries.items() if key not in replaced for entry in row]
        return RateBook(self.rates.values(), [*kept, *extra])

    def followed_by(self, later: Iterable[RateEntry]) -> RateBook:
        """A copy in which entries that were laid down afterwards count from their first day on.

        What held until then ends the day before; what begins on the same day is replaced; what begins later stays and
        ends the new entry in its turn. What came before the first day does not change.
        """
        rows = {key: list(entries) for key, entries in self.entries.items()}
        for new in later:
            eve = new.first_day - timedelta(1)
            there = rows.setdefault((new.rate, new.division), [])
            kept = [
                replace(row, last_day=eve)
                if row.first_day < new.first_day and row.holds(new.first_day)
                else row
                for row in there
                if row.first_day != new.first_day
            ]
            ends = [row.first_day - timedelta(1) for row in kept if row.first_day > new.first_day]
            last = min([*ends, *([new.last_day] if new.last_day else [])], default=None)
            rows[new.rate, new.division] = [*kept, replace(new, last_day=last)]
        return RateBook(self.rates.values(), [entry for row in rows.values() for entry in row])

    def entry(self, name: str, division: str, on: date) -> RateEntry:
        """The entry in force: the nearest division upwards that has one on the day.

        Raises:
            PolicyError: `rate_missing`, naming the rate, the division and the day. There is never a default.
        """
        found = self.find(name, division, on)
        if found is None:
            title = self.rates[name].title if name in self.rates else name
            raise PolicyError(
                "rate_missing",
                what=f"{on} 在 {division} 没有“{title}”（{name}）的数值",
                where=f"行政区划 {division}，日期 {on}",
                todo="请市民政局在“规则”的“新标准”里提出，由另一人按文件确认；或签署“沿用上一标准”的决定",
            )
        return found

    def find(self, name: str, division: str, on: date) -> RateEntry | None:
        """The entry in force, or None."""
        for place in ancestors(division):
            for entry in reversed(self.entries.get((name, place), ())):
                if entry.holds(on):
                    return entry
        return None

    def history(self, name: str, division: str) -> list[RateEntry]:
        """The entries that apply to a division through time, the nearest level that has any."""
        for place in ancestors(division):
            if (name, place) in self.entries:
                return self.entries[name, place]
        return []

    def change_days(self, names: Iterable[str] | None = None) -> list[date]:
        """Every day on which some value of these rates begins or ends."""
        wanted = set(names) if names is not None else set(self.rates)
        days = set()
        for (name, _), row in self.entries.items():
            if name in wanted:
                days |= {entry.first_day for entry in row}
                days |= {entry.last_day + timedelta(1) for entry in row if entry.last_day}
        return sorted(days)


def _closed(row: list[RateEntry]) -> list[RateEntry]:
    result = []
    for entry, following in zip(row, [*row[1:], None], strict=True):
        if following is not None:
            before = following.first_day - timedelta(1)
            if following.first_day == entry.first_day or (entry.last_day and entry.last_day > before):
                raise PolicyError(
                    "rate_overlap",
                    what=f"费率 {entry.rate} 在 {entry.division} 有两条记录同时生效",
                    where=f"{entry.first_day} 起与 {following.first_day} 起",
                    todo="改正其中一条的起止日期",
                )
            entry = replace(entry, last_day=entry.last_day or before)
        result.append(entry)
    return result


class _Loader(yaml.SafeLoader):
    """YAML in which numbers stay text, so that money never passes through binary fractions."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":float", ":int"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def exact_yaml(text: str) -> Any:
    """Read YAML in which numbers stay text, to be read as exact decimals."""
    return yaml.load(text, _Loader)


def _entries(rate: Rate | None, name: str, written: dict[str, Any], path: Path) -> list[RateEntry]:
    where = f"{path.parent.parent.name}/{path.name} · {name}"
    if rate is None:
        raise PolicyError(
            "rate_unknown",
            what=f"费率 {name} 有数值但没有定义",
            where=where,
            todo="在一个文件中写明它的 title、english 和 kind",
        )
    try:
        return [
            _entry(rate, str(division), row, where)
            for division, rows in (written.get("values") or {}).items()
            for row in rows
        ]
    except (KeyError, ValueError, TypeError) as trouble:
        raise PolicyError(
            "rate", what=f"费率写得不对：{trouble!r}", where=where, todo="对照 docs/howto/change-a-rate.md"
        ) from trouble


def _definition(name: str, written: dict[str, Any]) -> Rate:
    kind = written.get("kind", "fen")
    codes = getattr(code_sets, kind, None)
    return Rate(
        name=name,
        title=written.get("title", ""),
        english=written.get("english", ""),
        kind=Kind.CODE if codes else Kind(kind),
        codes=codes,
        of=Kind(written.get("of", "fen")),
        unit=written.get("unit", ""),
    )


def _entry(rate: Rate, division: str, row: dict[str, Any], where: str) -> RateEntry:
    where = f"{where} · {division} · {row['since']}"
    urban = row["urban"] if "urban" in row else row["value"]
    rural = row["rural"] if "rural" in row else row["value"]
    return RateEntry(
        rate=rate.name,
        division=division,
        first_day=_day(row["since"]),
        last_day=_day(row["until"]) if row.get("until") else None,
        urban=rate_value(rate, urban, where),
        rural=rate_value(rate, rural, where),
        law=row["law"],
        source=row["source"],
        verified=row.get("verified", True),
        checked=_day(row["checked"]) if row.get("checked") else None,
        note=row.get("note", ""),
    )


def rate_value(rate: Rate, written: Any, where: str) -> Value:
    """A written rate as rules see it; tables are written as a mapping from key to value."""
    if rate.kind is not Kind.TABLE:
        return value_of(rate.kind, rate.codes, written, where)
    rows = [(int(key), value_of(rate.of, None, value, where)) for key, value in written.items()]
    return tuple(sorted(rows))


def _day(written: Any) -> date:
    return written if isinstance(written, date) else date.fromisoformat(str(written))
