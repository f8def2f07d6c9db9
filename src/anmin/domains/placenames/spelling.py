"""Spelling of Chinese place names (汉语地名罗马字母拼写) by rule, from the parts of a name; never a translation (GB/T 28039 之类的规则).

A name is proper part and generic part, each perhaps with a modifier; the parts are told, not guessed. What a
machine cannot know (which reading a character has here, which numeral is an ordinal) is taken from a reviewed table or told by
whoever enters the name; `doubtful` lists the characters whose reading somebody must look at.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from pypinyin import Style, pinyin

DATA = Path(__file__).parent / "data" / "readings.yaml"
DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "〇": 0, "零": 0}
UNITS = {"十": 10, "百": 100}
NUMERAL = re.compile("[一二三四五六七八九十百]+")
COUNTED = ("马路", "条", "弄")
"""Generic parts before which a numeral is an ordinal (规则 7); others are told so."""
CARDINALS = re.compile("(经|纬)([一二三四五六七八九十百]+)")
MARKS = {"a": "āáǎà", "o": "ōóǒò", "e": "ēéěè", "i": "īíǐì", "u": "ūúǔù", "ü": "ǖǘǚǜ"}
JOINED = ("village", "town")
"""Kinds whose whole name is written together (规则 3): natural villages and market towns."""


@dataclass(frozen=True)
class Parts:
    """A name in its parts. A modifier of one character joins its part, a longer one stands apart (规则 2).

    `ordinal` is the numeral that counts streets, `erhua` says that 儿 is sounded as r, `reading` overrides everything:
    syllables with tone numbers, one for each character of the name.
    """

    proper: str
    generic: str = ""
    proper_modifier: str = ""
    generic_modifier: str = ""
    kind: str = "street"
    ordinal: str = ""
    erhua: bool = False
    reading: str = ""

    @property
    def name(self) -> str:
        """The whole name in characters."""
        return f"{self.proper}{self.proper_modifier}{self.generic_modifier}{self.generic}"


class SpellingProblem(ValueError):
    """The name cannot be spelled as it was told; the message says what is wrong."""


def spelled(parts: Parts, *, tones: bool = True, capitals: bool = False) -> str:
    """The spelling of a name: `Cháng'ān Jiē`. Tone marks may be left out, everything may be capitals (规则 9, 10).

    Raises:
        SpellingProblem: when a told reading has not one syllable for each character.
    """
    sounds = _sounds(parts)
    segments = []
    at = 0
    for text, is_number in _segments(parts):
        own = sounds[at : at + len(text)]
        at += len(text)
        segments.append(_segment(text, own, is_number, parts, tones=tones))
    whole = " ".join(segment for segment in segments if segment)
    return whole.upper() if capitals else whole


def toneless(name: str) -> str:
    """How a name sounds without tones and spaces, for finding homophones (同音)."""
    return "".join(re.sub("[0-9]", "", sound) for sound in _looked_up(name))


def with_tone_numbers(parts: Parts) -> str:
    """The syllables with tone numbers, as they are stored."""
    return " ".join(_sounds(parts))


def doubtful(name: str) -> list[str]:
    """Characters with several readings that no reviewed table settles: somebody must say which it is."""
    known = set()
    for word in _table()["words"]:
        for found in re.finditer(re.escape(word), name):
            known |= set(range(*found.span()))
    for word in _table()["generics"]:
        if name.endswith(word):
            known |= set(range(len(name) - len(word), len(name)))
    readings = pinyin(name, style=Style.TONE3, heteronym=True)
    return [
        character
        for at, (character, row) in enumerate(zip(name, readings, strict=True))
        if at not in known and len(row) > 1
    ]


def broken(spelling: str, width: int) -> list[str]:
    """A spelling in lines of at most `width` letters, broken between words, else between syllables with a hyphen (规则 13)."""
    lines, line = [], ""
    for word in spelling.split(" "):
        if line and len(line) + 1 + len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        line = word
        while len(line) > width:
            cut = _cut(line, width - 1)
            lines.append(f"{line[:cut].rstrip(chr(39))}-")
            line = line[cut:].lstrip("'")
    return [*lines, line] if line else lines


def number_of(numeral: str) -> int:
    """A Chinese numeral below a thousand: 四十二 is 42."""
    total = current = 0
    for character in numeral:
        if character in DIGITS:
            current = DIGITS[character]
        else:
            total, current = total + max(current, 1) * UNITS[character], 0
    return total + current


def _segments(parts: Parts) -> list[tuple[str, bool]]:
    """The parts that are written together, and whether a part is an ordinal in digits."""
    if parts.kind in JOINED and not parts.ordinal and parts.kind == "village":
        return [(parts.name, False)]
    found: list[tuple[str, bool]] = []
    ordinal = parts.ordinal or _ordinal(parts)
    proper = parts.proper
    if ordinal and proper.endswith(ordinal):
        before = proper[: -len(ordinal)]
        found += [(before, False)] if before and before != "第" else []
        found.append((f"第{ordinal}" if before == "第" else ordinal, True))
    elif proper:
        found.append((proper, False))
    _modify(found, parts.proper_modifier, after=True)
    generic = parts.generic
    if len(parts.generic_modifier) == 1:
        generic = parts.generic_modifier + generic
    elif parts.generic_modifier:
        found.append((parts.generic_modifier, False))
    return [*found, (generic, False)] if generic else found


def _modify(found: list[tuple[str, bool]], modifier: str, *, after: bool) -> None:
    if len(modifier) == 1 and found and not found[-1][1]:
        found[-1] = (found[-1][0] + modifier, False)
    elif modifier:
        found.append((modifier, False))


def _ordinal(parts: Parts) -> str:
    if parts.kind != "street":
        return ""
    if (counted := CARDINALS.fullmatch(parts.proper)) is not None:
        return counted[2]
    bare = parts.proper.removeprefix("第")
    return bare if parts.generic in COUNTED and NUMERAL.fullmatch(bare) else ""


def _segment(text: str, sounds: list[str], is_number: bool, parts: Parts, *, tones: bool) -> str:
    if is_number:
        number = str(number_of(text.removeprefix("第")))
        return f"{_marked('di4', tones=tones).capitalize()}-{number}" if text.startswith("第") else number
    made = ""
    for at, (character, sound) in enumerate(zip(text, sounds, strict=True)):
        if character == "儿" and at and at == len(text) - 1 and (parts.erhua or text == parts.proper):
            made += "r"
            continue
        syllable = _marked(sound, tones=tones)
        plain = unicodedata.normalize("NFD", syllable)[0]
        made += f"'{syllable}" if made and plain in "aoe" else syllable
    return made[:1].upper() + made[1:]


def _sounds(parts: Parts) -> list[str]:
    name = parts.name
    if parts.reading:
        told = parts.reading.lower().replace("'", " ").split()
        if len(told) != len(name):
            raise SpellingProblem(
                f"“{name}”有 {len(name)} 个字，读音写了 {len(told)} 个音节；请一字一音，用空格隔开"
            )
        return told
    sounds = _looked_up(name)
    for word, reading in _table()["generics"].items():
        if parts.generic == word:
            sounds[-len(word) :] = reading.split()
    return sounds


def _looked_up(name: str) -> list[str]:
    sounds = [row[0] for row in pinyin(name, style=Style.TONE3, neutral_tone_with_five=False)]
    if len(sounds) != len(name):
        sounds = [pinyin(character, style=Style.TONE3)[0][0] for character in name]
    for word, row in _table()["words"].items():
        for found in re.finditer(re.escape(word), name):
            sounds[slice(*found.span())] = row["reading"].split()
    return sounds


def _marked(sound: str, *, tones: bool) -> str:
    """`lu4` as `lù`: the mark stands on a, o, e, else on the last vowel."""
    found = re.fullmatch(r"([a-zü]+?)([0-5]?)", sound.replace("v", "ü"))
    if found is None:
        return sound
    letters, tone = found[1], int(found[2] or 0)
    if not tones or tone in (0, 5):
        return letters
    place = next((letters.index(vowel) for vowel in "aoe" if vowel in letters), -1)
    if place < 0:
        place = max((at for at, letter in enumerate(letters) if letter in "iuü"), default=-1)
    if place < 0:
        return letters
    return letters[:place] + MARKS[letters[place]][tone - 1] + letters[place + 1 :]


def _cut(word: str, most: int) -> int:
    """The last place, at most so far in, where a syllable ends: before a consonant that begins one, or at an apostrophe."""
    plain = unicodedata.normalize("NFC", "".join(_bare(letter) for letter in word.lower()))
    ends = [found.end() for found in SYLLABLE.finditer(plain.replace("'", " "))]
    return max((end for end in ends if end <= most), default=most)


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


SYLLABLE = re.compile(r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aoeiu]+(?:ng|n(?![aoeiu])|r(?![aoeiu]))?")


@lru_cache(maxsize=1)
def _table() -> dict[str, dict]:
    return yaml.safe_load(DATA.read_text("utf-8"))
