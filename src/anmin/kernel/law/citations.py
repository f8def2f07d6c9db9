"""Citations: `民发〔2021〕57号 §10` names an instrument by number or key, and an article of it.

Several citations are parted by `；`. An instrument is named by its document number (文号) where it has one,
else by its short key in the catalogue. `§` gives the article; without it the instrument as a whole is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "instruments"
DIGITS = "零一二三四五六七八九"
FORM = re.compile(r"(?P<name>[^§]+?)(?:\s*§(?P<article>\d+(?:-\d+)?))?")


class UnknownCitation(LookupError):
    """A citation names an instrument or an article that the catalogue does not hold."""


@dataclass(frozen=True)
class Article:
    """One article: its number, what it says in our own words, and whether we have seen its text."""

    number: str
    gist: str
    verified: bool = True


@dataclass(frozen=True)
class Instrument:
    """A law, regulation, notice or guide (法规文件), in force from `first_day` to `last_day`, both inclusive."""

    key: str
    title: str
    number: str
    issuer: str
    first_day: date
    last_day: date | None
    quality: str
    source: str
    checked: date
    articles: Mapping[str, Article] = field(default_factory=dict)

    @property
    def verified(self) -> bool:
        """Whether the text itself, or the issuer's own page, was seen (quality A)."""
        return self.quality == "A"

    def in_force(self, on: date) -> bool:
        """Whether the instrument applied on a day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True)
class Citation:
    """A resolved citation."""

    instrument: Instrument
    article: Article | None

    def __str__(self) -> str:
        name = self.instrument.number or self.instrument.key
        return f"{name} §{self.article.number}" if self.article else name

    @property
    def in_words(self) -> str:
        """How a letter would write it: 《最低生活保障审核确认办法》（民发〔2021〕57号）第八条."""
        number = f"（{self.instrument.number}）" if self.instrument.number else ""
        article = _article_in_words(self.article.number) if self.article else ""
        return f"《{self.instrument.title}》{number}{article}"

    @property
    def verified(self) -> bool:
        """Whether instrument and article were both seen."""
        return self.instrument.verified and (self.article is None or self.article.verified)


def _article_in_words(number: str) -> str:
    """第三十八条 for 38, 第三十八条之二 for 38-2."""
    main, _, sub = number.partition("-")
    return f"第{_counted(int(main))}条" + (f"之{_counted(int(sub))}" if sub else "")


def _counted(value: int) -> str:
    text = ""
    for unit, name in ((100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += (
                ("零" if unit == 1 and value > 100 and value // 10 % 10 == 0 else "") + DIGITS[digit] + name
            )
    return text.removeprefix("一") if 10 <= value < 20 else text


@lru_cache(maxsize=1)
def instruments() -> Mapping[str, Instrument]:
    """All instruments by key and by document number.

    Raises:
        ValueError: for a key or number given twice, or a file written wrongly.
    """
    found: dict[str, Instrument] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            instrument = _read(row, path)
            for name in {instrument.key, instrument.number} - {""}:
                if name in found:
                    raise ValueError(f"法规“{name}”登记了两次：{path.name}")
                found[name] = instrument
    return found


def resolve(text: str) -> list[Citation]:
    """The citations in a text.

    Raises:
        UnknownCitation: naming the part that does not resolve.
    """
    return [_one(part.strip()) for part in text.split("；")]


def _one(text: str) -> Citation:
    found = FORM.fullmatch(text)
    instrument = instruments().get(found["name"].strip()) if found else None
    if found is None or instrument is None:
        raise UnknownCitation(f"法规目录里没有“{text}”，请在 kernel/law/instruments 中登记")
    if found["article"] is None:
        return Citation(instrument, None)
    article = instrument.articles.get(found["article"])
    if article is None:
        raise UnknownCitation(f"《{instrument.title}》没有登记第 {found['article']} 条（引用为“{text}”）")
    return Citation(instrument, article)


def _read(row: dict[str, Any], path: Path) -> Instrument:
    try:
        articles = {
            str(number): _article(str(number), value) for number, value in (row.get("articles") or {}).items()
        }
        return Instrument(
            key=row["key"],
            title=row["title"],
            number=row.get("number") or "",
            issuer=row["issuer"],
            first_day=row["first_day"],
            last_day=row.get("last_day"),
            quality=row["quality"],
            source=row["source"],
            checked=row["checked"],
            articles=articles,
        )
    except (KeyError, TypeError, AttributeError) as trouble:
        raise ValueError(f"法规文件 {path.name} 写得不对：{row.get('key', row)}：{trouble!r}") from trouble


def _article(number: str, value: str | dict[str, Any]) -> Article:
    if isinstance(value, str):
        return Article(number, value)
    return Article(number, value["gist"], bool(value.get("verified", True)))
