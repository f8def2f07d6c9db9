"""The catalogue of facts: what each name means, whom it belongs to, and which department knows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from pathlib import Path
from typing import Any

import yaml

from anmin.policy import codes as code_sets
from anmin.policy.errors import PolicyError
from anmin.policy.rules import Level
from anmin.policy.types import UNKNOWN, WINDOW, Kind


@dataclass(frozen=True)
class Fact:
    """One fact. `default` is what silence means; None means that silence is refused.

    A `monthly` fact has a value for each of twelve months; its silence is twelve unknown months. `asked` False keeps a
    fact out of the sheets that people fill in: only departments know it.
    """

    name: str
    level: Level
    kind: Kind
    title: str
    english: str
    source: str
    default: int | None
    codes: type[IntEnum] | None
    note: str = ""
    monthly: bool = False
    asked: bool = True

    @property
    def silence(self) -> Any:
        """What rules read where nothing was said; None where that is refused."""
        return (UNKNOWN,) * WINDOW if self.monthly else self.default

    def as_given(self, value: Any) -> Any:
        """A value as rules take it; months are twelve, a month that was not told is `UNKNOWN`."""
        if not self.monthly:
            return value
        return tuple(UNKNOWN if one is None else int(one) for one in value)


class FactCatalogue(Mapping[str, Fact]):
    """All facts by name; a name declared twice is refused."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts: dict[str, Fact] = {}
        for fact in facts:
            if fact.name in self._facts:
                raise PolicyError(
                    "fact_twice",
                    what=f"事实 {fact.name} 登记了两次",
                    where=fact.title,
                    todo="合并或改名其中之一",
                )
            self._facts[fact.name] = fact

    def __getitem__(self, name: str) -> Fact:
        return self._facts[name]

    def __contains__(self, name: object) -> bool:
        return name in self._facts

    def __iter__(self) -> Any:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def of(self, level: Level) -> list[Fact]:
        """The facts of persons, or of households, in the order of the catalogue."""
        return [fact for fact in self._facts.values() if fact.level is level]

    @classmethod
    def read(cls, *paths: Path) -> FactCatalogue:
        """Read catalogue files; each is a list of mappings (see `facts.yaml`)."""
        return cls(
            _fact(row, path) for path in paths for row in yaml.safe_load(path.read_text("utf-8")) or []
        )

    def merged(self, other: Iterable[Fact]) -> FactCatalogue:
        """This catalogue with more facts added."""
        return FactCatalogue([*self._facts.values(), *other])


def value_of(fact_kind: Kind, codes: type[IntEnum] | None, written: Any, where: str) -> int:
    """A written value as the integer that rules see: yuan become fen, ISO days yyyymmdd, code names numbers.

    `written` is what a person writes in an example or a form: 1062.5 yuan, 2024-03-01, RURAL, true.
    """
    try:
        match fact_kind:
            case Kind.BOOL:
                if written in (True, False, 0, 1):
                    return int(written)
            case Kind.FEN:
                return _exact(Decimal(str(written)) * 100)
            case Kind.BP:
                return _exact(_ratio(str(written)) * 10_000)
            case Kind.DAY:
                return int(str(written).replace("-", "")) if written else 0
            case Kind.CODE if codes is not None:
                return int(codes[written]) if isinstance(written, str) else int(codes(int(written)))
            case Kind.INT:
                return _exact(Decimal(str(written)))
            case _:
                pass
    except (ValueError, KeyError, InvalidOperation):
        pass
    raise PolicyError(
        "value",
        what=f"写法“{written}”不是有效的 {fact_kind.value} 值",
        where=where,
        todo="金额写元，日期写 2024-03-01，代码写英文名",
    )


def _ratio(text: str) -> Decimal:
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def _exact(value: Decimal) -> int:
    if value != value.to_integral_value():
        raise ValueError(value)
    return int(value)


def _fact(row: dict[str, Any], path: Path) -> Fact:
    where = f"{path.name} · {row.get('name', row)}"
    try:
        written_kind = row["kind"]
        kind, codes = Kind.CODE, getattr(code_sets, written_kind, None)
        if codes is None:
            kind = Kind(written_kind)
        default = row.get("default")
        return Fact(
            name=row["name"],
            level=Level(row["level"]),
            kind=kind,
            title=row["title"],
            english=row["english"],
            source=row["source"],
            default=None if default is None else value_of(kind, codes, default, where),
            codes=codes,
            note=row.get("note", ""),
            monthly=row.get("monthly", False),
            asked=row.get("asked", True),
        )
    except (KeyError, ValueError, TypeError) as trouble:
        raise PolicyError(
            "fact",
            what=f"事实目录中的一行写得不对：{trouble}",
            where=where,
            todo="需要 name level kind title english source",
        ) from trouble
