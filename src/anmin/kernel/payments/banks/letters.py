"""Which characters a bank can take (字符集): GB 18030-2022, or the older GBK where a bank has not moved on.

Python's codec writes every code point as GB18030, also private ones and ideographs that the standard's collection does
not hold; a bank then prints a blank or a wrong name. So characters are looked at before they are encoded.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0x10FFFF))
BEYOND = ((0x2EBF0, 0x2EE5F), (0x30000, 0x3347F))
"""Ideographs after Extension F: GB 18030-2022 ends with F (87,887 汉字)."""
CHANGED = ((0x9FB4, 0x9FBB), (0xFE10, 0xFE19))
"""Letters that GB 18030-2022 gave other bytes than the edition before, which Python's codec and many banks still write."""
CHOOSING = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
"""Selectors that choose a shape of the letter before them: no bank's collection holds them."""
PLACEHOLDERS = frozenset("\ufffd?？□■")


def troublesome(text: str, encoding: str) -> str:
    """The first character that cannot stand in a file of this encoding; empty when all can."""
    if text.isascii() and text.isprintable() and "?" not in text:
        return ""
    return next((letter for letter in text if not _can_stand(letter, encoding)), "")


def told(letter: str) -> str:
    """A character as it can be told where it cannot be shown."""
    return f"{letter}（U+{ord(letter):04X}）"


@lru_cache(maxsize=2**17)
def _can_stand(letter: str, encoding: str) -> bool:
    if letter in PLACEHOLDERS or _is_outside(letter):
        return False
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _is_outside(letter: str) -> bool:
    point = ord(letter)
    if any(first <= point <= last for first, last in (*PRIVATE, *BEYOND, *CHANGED, *CHOOSING)):
        return True
    return unicodedata.category(letter) in ("Cn", "Cc", "Cs", "Cf", "Zl", "Zp")
