"""The hash of an act: HMAC-SM3 over the hash before it and the act's columns as the database writes them down.

The line is made by PostgreSQL (`anmin_act_line`), when the act is written and again when the book is verified, so a
million acts are checked without building a million objects. The key keeps somebody with the whole database, but
without the key ring, from rewriting the end of the book.
"""

from __future__ import annotations

import hmac as plain_hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import hmac_sm3

START = "0" * 64
"""What the first act follows."""

LINE = (
    "anmin_act_line(number, at, by_id, by_name, act, subject, subject_id, division, purpose, result, reason,"
    " before, after)"
)


@dataclass(frozen=True)
class Broken:
    """The first act that does not hold, and what is wrong with it."""

    number: int
    problem: str


@dataclass(frozen=True)
class Link:
    """What the chain needs of one act."""

    number: int
    key: int
    previous: str
    hash: str
    line: str


def chain_key(number: int | None = None) -> tuple[int, bytes]:
    """The number and bytes of the key in use, or of an older one."""
    keys = ring()
    found = keys.active("chain").number if number is None else number
    return found, keys.secret("chain", found)


def hash_of(key: bytes, previous: str, line: str) -> str:
    """The hash of an act, as lower-case hexadecimal."""
    return hmac_sm3(key, f"{previous}\n{line}".encode()).hex()


def first_broken(
    links: Iterable[Link], start: tuple[int, str] = (0, START)
) -> tuple[Broken | None, tuple[int, str]]:
    """Walk along acts in their order: the first that does not hold (or None), and where the walk ended."""
    number, head = start
    keys: dict[int, bytes] = {}
    for link in links:
        if link.number != number + 1:
            missing = f"第 {number + 1} 号记录缺失" if link.number > number + 1 else "编号重复"
            return Broken(link.number, missing), (number, head)
        if link.previous != head:
            return Broken(link.number, "与前一条记录接不上"), (number, head)
        key = keys.get(link.key)
        if key is None:
            key = keys[link.key] = chain_key(link.key)[1]
        if not plain_hmac.compare_digest(hash_of(key, link.previous, link.line), link.hash):
            return Broken(link.number, "内容被改动"), (number, head)
        number, head = link.number, link.hash
    return None, (number, head)


def links(rows: Iterable[tuple[int, int, str, str, str]]) -> Iterator[Link]:
    """Rows of number, key, previous, hash and line as links."""
    for row in rows:
        yield Link(*row)
