"""Names of persons (姓名): one stored form, GB 18030-2022 coverage, and pinyin for searching."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import yaml
from pypinyin import Style, lazy_pinyin

from anmin.lib.text import narrowed

SHORTEST, LONGEST = 2, 50
"""Code points in the store; a screen must show at least 25 Chinese characters (50 columns)."""
DOT = "·"
DOTS = str.maketrans(dict.fromkeys("•・．‧∙⋅･", DOT))
HAN = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2EBEF),
    (0x30000, 0x323AF),
)
"""Han with Extensions A to H and the compatibility characters: what GB 18030-2022 at level 3 asks for."""
PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ .'\-]*")
_SURNAMES = yaml.safe_load((Path(__file__).parent / "surnames.yaml").read_text("utf-8"))
COMPOUND = frozenset(name for line in _SURNAMES["compound"] for name in line.split())
READINGS: dict[str, list[str]] = {name: str(text).split() for name, text in _SURNAMES["readings"].items()}
"""Readings of surnames that a general dictionary gets wrong."""


class NameProblem(ValueError):
    """A text cannot be a name. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def normalise_name(text: str) -> str:
    """NFC, one kind of dot, no outer or doubled spaces; never NFKC, which would change rare characters."""
    one = unicodedata.normalize("NFC", narrowed(text.translate(DOTS))).replace("　", " ")
    one = re.sub(r"\s+", " ", one).strip()
    return one.replace(" ", "") if any(_within(ord(letter), HAN) for letter in one) else one


def parse_name(text: str) -> str:
    """A name in its stored form.

    Raises:
        NameProblem: `name_length name_private name_characters`.
    """
    name = normalise_name(text)
    if not SHORTEST <= len(name) <= LONGEST:
        raise NameProblem(
            "name_length", f"姓名“{name}”有 {len(name)} 个字，应为 {SHORTEST} 至 {LONGEST} 个字"
        )
    if has_private_use(name):
        raise NameProblem("name_private", f"姓名“{name}”里有旧系统的自造字，请按证件改为标准字")
    if LATIN.fullmatch(name):
        return name
    if any(letter != DOT and not _within(ord(letter), HAN) for letter in name) or not name.strip(DOT) == name:
        raise NameProblem("name_characters", f"姓名“{name}”含有不该有的字符")
    return name


def has_private_use(name: str) -> bool:
    """Whether a name holds characters of the private use areas, which only an old system could read."""
    return any(_within(ord(letter), PRIVATE) for letter in name)


def surname_of(name: str) -> str:
    """The surname: two characters for a compound one; for a name with a dot the part before it."""
    if DOT in name:
        return name.split(DOT, 1)[0]
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND else name[:1]


@lru_cache(maxsize=100_000)
def pinyin_of(name: str) -> tuple[str, ...]:
    """The syllables of a name in lower case, surnames by their own readings; a rare character stands for itself."""
    if LATIN.fullmatch(name):
        return tuple(name.lower().split())
    surname = surname_of(name)
    rest = name[len(surname) :].replace(DOT, "")
    return (*READINGS.get(surname, _syllables(surname)), *_syllables(rest))


def pinyin_initials(name: str) -> str:
    """The first letters of the syllables: 欧阳明 is oym. A character without a reading gives nothing."""
    return "".join(one[0] for one in pinyin_of(name) if one[0].isascii())


def _syllables(text: str) -> list[str]:
    return [syllable for one in text for syllable in _readings(one)]


@lru_cache(maxsize=30_000)
def _readings(one: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(one, style=Style.NORMAL))


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
