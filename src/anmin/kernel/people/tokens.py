"""Search tokens (检索标记): what a person can be found by, as keyed numbers, so that nothing is readable at rest.

A name gives its characters two by two, itself whole, its pinyin and its initials; a number gives its blind whole and
its last four digits. The same word typed into the search box gives the same token; without the key nobody can tell
which word a token stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from anmin.kernel.keys.queries import token
from anmin.lib.identifiers import IdentifierProblem, upgraded
from anmin.lib.names import LATIN, normalise_name, pinyin_initials, pinyin_of
from anmin.lib.text import compact

LONGEST_PREFIX = 6


def tokens_of(
    names: Iterable[str],
    numbers: Iterable[str] = (),
    phones: Iterable[str] = (),
    households: Iterable[str] = (),
) -> list[int]:
    """Every token of a person: of all names, identifiers, telephones and household numbers."""
    words: set[tuple[str, str]] = set()
    for name in names:
        words |= _words_of_name(name)
    for number in numbers:
        bare = normal_number(number)
        if bare:
            words |= {("number", bare), ("last", bare[-4:])}
    for phone in phones:
        bare = re.sub(r"\D", "", phone)
        if bare:
            words |= {("phone", bare), ("last", bare[-4:])}
    words |= {("household", compact(number)) for number in households if number}
    return sorted({token(kind, text) for kind, text in words})


def _words_of_name(name: str) -> set[tuple[str, str]]:
    plain = normalise_name(name)
    if not plain:
        return set()
    if LATIN.fullmatch(plain):
        parts = plain.lower().split()
        return {("name", plain.lower()), *(("part", part) for part in parts)}
    bare = plain.replace("·", "")
    words = {("name", plain), ("name", bare)}
    words |= {("two", bare[at : at + 2]) for at in range(len(bare) - 1)}
    initials, syllables = pinyin_initials(plain), "".join(pinyin_of(plain))
    words |= {("pinyin", syllables)} if syllables.isascii() else set()
    words |= {("initials", initials[:size]) for size in range(2, min(len(initials), LONGEST_PREFIX) + 1)}
    if initials:
        words.add(("initials", initials))
    return words


def normal_number(text: str) -> str:
    """An identifier as it is compared: half width, upper case, fifteen digits made eighteen."""
    bare = compact(text)
    if re.fullmatch(r"\d{15}", bare):
        try:
            return upgraded(bare)
        except IdentifierProblem:
            return bare
    return bare


def tokens_asked(text: str) -> list[list[int]]:
    """What a search text may mean: alternatives, each a list of tokens that must all be there.

    Two Han characters or more are looked for inside names; letters are pinyin or initials; four digits are the end
    of an identifier or telephone; longer digits a whole one.
    """
    bare = normalise_name(text)
    number = compact(text)
    ways: list[list[int]] = []
    if re.fullmatch(r"[\dX]{4}", number):
        ways.append([token("last", number)])
    if len(number) >= 5 and re.fullmatch(r"[0-9A-Z\-]{5,}", number):
        ways.append([token("number", normal_number(number))])
        ways.append([token("household", number)])
        if number.isdigit():
            ways.append([token("phone", number)])
    if re.fullmatch(r"[A-Za-z]{2,}", bare):
        low = bare.lower()
        ways += [[token("initials", low)], [token("pinyin", low)], [token("part", low)], [token("name", low)]]
    elif LATIN.fullmatch(bare):
        ways.append([token("part", part) for part in bare.lower().split()])
    plain = bare.replace("·", "")
    if len(plain) >= 2 and not plain.isascii():
        ways.append([token("two", plain[at : at + 2]) for at in range(len(plain) - 1)])
    return ways
