"""Fonts for papers (字体): a chain from the common to the rare, what each is for, and what is missing on this machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import typst
from django.conf import settings


@dataclass(frozen=True)
class Wanted:
    """A link of the chain: families of which the first that is there serves, what it prints, and its Debian package."""

    families: tuple[str, ...]
    prints: str
    package: str
    is_needed: bool = False


SERIF = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "SimSun",
)
CHAIN = (
    Wanted(SERIF, "正文和扩展 A 区汉字", "fonts-noto-cjk", is_needed=True),
    Wanted(("HanaMinA",), "兼容汉字", "fonts-hanazono"),
    Wanted(("HanaMinB",), "扩展 B 至 F 区汉字（生僻姓名）", "fonts-hanazono"),
    Wanted(("BabelStone Han",), "扩展 G、H 区汉字（部分）", "fonts-babelstone-han"),
    Wanted(("DejaVu Sans",), "西文变音字母和符号", "fonts-dejavu-core"),
)
"""In the order in which they are asked for a character."""
PATTERNS = (
    *("NotoSerifCJK*", "NotoSerifSC*", "SourceHanSerif*", "Songti*", "simsun*", "SimSun*"),
    *("HanaMin*", "BabelStoneHan*", "DejaVuSans.*", "DejaVuSans-Bold.*"),
)
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")


def files() -> list[Path]:
    """The font files of the chain in the folders of `ANMIN_FONTS`."""
    found = {
        path.resolve()
        for folder in settings.FONT_FOLDERS
        if folder.is_dir()
        for pattern in PATTERNS
        for path in folder.rglob(pattern)
        if path.suffix.lower() in SUFFIXES
    }
    return sorted(found, key=lambda path: path.name)


@lru_cache(maxsize=1)
def book() -> typst.Fonts:
    """The fonts as the renderer holds them: only those of the chain, so that a machine's other fonts change nothing."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=sorted({str(path.parent) for path in files()}),
    )


@lru_cache(maxsize=1)
def chain() -> tuple[str, ...]:
    """The families that are there, in order."""
    found = (_serving(wanted) for wanted in CHAIN)
    return tuple(family for family in found if family is not None)


def missing() -> list[Wanted]:
    """The links of the chain of which no family is there."""
    return [wanted for wanted in CHAIN if _serving(wanted) is None]


def _serving(wanted: Wanted) -> str | None:
    there = set(book().families())
    return next((family for family in wanted.families if family in there), None)


@lru_cache(maxsize=1)
def engine() -> str:
    """What makes the bytes of a PDF besides the sheet: the renderer, its look and the fonts, by version and size."""
    look = (Path(__file__).parent / "look" / "anmin.typ").read_bytes()
    sizes = [f"{path.name}:{path.stat().st_size}" for path in files()]
    return f"typst {version('typst')} {hashlib.sha256('|'.join(sizes).encode() + look).hexdigest()[:12]}"
