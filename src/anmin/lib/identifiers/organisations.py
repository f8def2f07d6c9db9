"""Unified social credit codes (统一社会信用代码, GB 32100-2015) with the organisation code inside (GB 11714)."""

from __future__ import annotations

from anmin.lib.identifiers.problems import Checked, IdentifierProblem
from anmin.lib.text import compact

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V, Z, which are mistaken for digits."""
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
INNER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_check(first17: str) -> str:
    """The eighteenth character (MOD 31)."""
    total = sum(ALPHABET.index(one) * weight for one, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(first8: str) -> str:
    """The check character of an organisation code (MOD 11; ten is written X)."""
    total = sum(INNER.index(one) * weight for one, weight in zip(first8, INNER_WEIGHTS, strict=True))
    value = 11 - total % 11
    return "X" if value == 10 else "0" if value == 11 else str(value)


def parse_credit_code(text: str) -> Checked:
    """A checked code in upper case. The inner organisation code only warns: some early real codes fail it.

    Raises:
        IdentifierProblem: `credit_length credit_characters credit_check`.
    """
    code = compact(text)
    if len(code) != 18:
        raise IdentifierProblem("credit_length", f"统一社会信用代码“{text}”有 {len(code)} 位，应为 18 位")
    if any(one not in ALPHABET for one in code):
        raise IdentifierProblem(
            "credit_characters", f"统一社会信用代码“{text}”含有 I、O、S、V、Z 或其他不该有的字符"
        )
    if code[17] != credit_check(code[:17]):
        raise IdentifierProblem("credit_check", f"统一社会信用代码“{code}”校验位不对，请核对")
    if code[16] != organisation_check(code[8:16]):
        return Checked(code, ("其中的组织机构代码校验位不对：早年发放的真实代码也有这种情况，请核对",))
    return Checked(code)
