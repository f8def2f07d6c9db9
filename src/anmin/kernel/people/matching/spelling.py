"""How a name is spelt for matching (姓名比对键): stand-ins for rare characters, the skeleton without them, the sounds."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from anmin.kernel.people.matching.fields import STAND_IN
from anmin.lib.names import DOT, has_private_use, normalise_name, pinyin_of, surname_of

PLAIN = re.compile(r"[一-鿿]{2,4}")
SPLIT = re.compile(r"(?<=.)(?:上.下.|左.右.|外.内.)")
"""A character described by its halves: 上龙下天 for 䶮. Never at the start, where 上官 is a surname."""
BRACKETS = re.compile(r"[(（\[【{｛〔](.*?)[)）\]】}｝〕]")
UNWRITABLE = re.compile(r"[?？*＊□■〓�×_＿]")
LETTERS = re.compile(r"[A-Za-züÜ]+")
HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U000323af]")


TRANSCRIBED = (
    "卜布不 吐图土 帕芭巴 艾爱埃 努奴 次才 格各 提题替 买麦迈 合何 依伊 尔儿 克科 木穆姆 苏素 汗罕 扎札 卓珠 罗洛 乌吾 其齐 "
    "玛马 斯丝 热然 肉如 孜兹 孟蒙 尼呢 库苦 沙莎 加嘉 哈喀 塔它 迪地 贡工"
)
"""Characters that the same syllable of a Uygur, Kazakh, Tibetan or Mongol name is written with."""
LONG = 5
"""A name of so many characters is a transcription; a table for short names would make 王马 and 王玛 one."""
_FOLDS = str.maketrans({other: group[0] for group in TRANSCRIBED.split() for other in group[1:]})


class Spelling(NamedTuple):
    """Keys of one name. `name`, `pinyin` and `folded` are None where a stand-in hides a character.

    `folded` has one character for each transcribed syllable, and only in long names.
    """

    name: str | None
    skeleton: str | None
    pinyin: str | None
    surname: str | None
    folded: str | None


EMPTY = Spelling(None, None, None, None, None)


@lru_cache(maxsize=1_000_000)
def spelling_of(raw: str) -> Spelling:
    """The keys of a name as it was written; dots are left out, since sources differ in writing them."""
    name = raw if PLAIN.fullmatch(raw) and not SPLIT.search(raw) else _stood_in(raw)
    if not name:
        return EMPTY
    surname = surname_of(name)
    bare = name.replace(DOT, "")
    skeleton = "".join(one if _is_common(one) else STAND_IN for one in bare)
    if STAND_IN in bare:
        return Spelling(None, skeleton, None, _sound_of(surname), None)
    folded = bare.translate(_FOLDS) if len(bare) >= LONG and HAN.search(bare) else None
    return Spelling(bare, skeleton, _sounds(name, surname), _sound_of(surname), folded)


def _stood_in(raw: str) -> str:
    """The name with one stand-in sign for whatever an old system or a clerk wrote for a rare character."""
    if not HAN.search(raw):
        return normalise_name(raw).upper()
    text = BRACKETS.sub(lambda found: STAND_IN if _describes(found[1]) else "", raw)
    text = SPLIT.sub(STAND_IN, text)
    if has_private_use(text):
        text = "".join(STAND_IN if has_private_use(one) else one for one in text)
    text = UNWRITABLE.sub(STAND_IN, text)
    return LETTERS.sub(STAND_IN, normalise_name(text))


def _describes(text: str) -> bool:
    return bool(
        SPLIT.fullmatch("一" + text, 1) or LETTERS.fullmatch(text) or (len(text) in (2, 3) and "+" in text)
    )


@lru_cache(maxsize=100_000)
def _is_common(letter: str) -> bool:
    """Whether systems of before 2000 could write this character (GB 2312)."""
    try:
        return bool(letter.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def _sounds(name: str, surname: str) -> str:
    if not HAN.search(name):
        return name.lower()
    return " ".join([_sound_of(surname), *(_syllable(one) for one in name[len(surname) :] if one != DOT)])


@lru_cache(maxsize=20_000)
def _sound_of(surname: str) -> str:
    return " ".join(pinyin_of(surname)) if len(surname) > 1 or HAN.search(surname) else surname.lower()


@lru_cache(maxsize=100_000)
def _syllable(letter: str) -> str:
    # Behind a common surname, so that the character is read as part of a given name.
    return "".join(pinyin_of("王" + letter)[1:])
