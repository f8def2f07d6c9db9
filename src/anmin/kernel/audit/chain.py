"""The hash of an act: HMAC-SM3 over the hash before it and the act's columns as the database writes them down.

The line is made by PostgreSQL (`anmin_act_line`), when the act is written and again when the book is verified, so a
million acts are checked without building a million objects. The key keeps somebody with the whole database, but
without the key ring, from rewriting the end of the book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from anmin.kernel.keys.providers import KeyProblem
from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import hmac_sm3, hmac_sm3_with

START = "0" * 64
"""What the first act follows."""

LINE = (
    "anmin_act_line(number, at, by_id, by_name, act, subject, subject_id, division, purpose, result, reason,"
    " before, after)"
)
ROW = f"number, key, previous, hash, convert_to(previous || E'\\n' || {LINE}, 'UTF8')"
"""What verification needs of an act, as SQL: see `Row`."""
ROW_TYPES = ["int8", "int2", "varchar", "varchar", "bytea"]
Row = tuple[int, int, str, str, bytes]
"""Number, number of the key, hash before, hash, and the bytes that are hashed."""


@dataclass(frozen=True)
class Broken:
    """The first act that does not hold, and what is wrong with it."""

    number: int
    problem: str


def chain_key(number: int | None = None) -> tuple[int, bytes]:
    """The number and bytes of the key in use, or of an older one."""
    keys = ring()
    found = keys.active("chain").number if number is None else number
    return found, keys.secret("chain", found)


def hash_of(key: bytes, previous: str, line: str) -> str:
    """The hash of an act, as lower-case hexadecimal."""
    return hmac_sm3(key, f"{previous}\n{line}".encode()).hex()


def first_broken(
    rows: Iterable[Row], start: tuple[int, str] = (0, START)
) -> tuple[Broken | None, tuple[int, str]]:
    """Walk along acts in their order: the first that does not hold (or None), and where the walk ended."""
    count, head = start
    codes: dict[int, Callable[[bytes], bytes]] = {}
    for number, key, previous, own, message in rows:
        if number != count + 1:
            missing = f"第 {count + 1} 号记录缺失" if number > count + 1 else "编号重复"
            return Broken(number, missing), (count, head)
        if previous != head:
            return Broken(number, "与前一条记录接不上"), (count, head)
        code = codes.get(key)
        if code is None:
            try:
                code = codes[key] = hmac_sm3_with(chain_key(key)[1])
            except KeyProblem:
                return Broken(number, "内容被改动：写着一把没有的密钥"), (count, head)
        if code(message).hex() != own:
            return Broken(number, "内容被改动"), (count, head)
        count, head = number, own
    return None, (count, head)
