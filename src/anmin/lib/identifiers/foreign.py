"""Foreign permanent resident cards (外国人永久居留身份证): eighteen digits since 2023-12, fifteen characters before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anmin.lib.identifiers.problems import IdentifierProblem
from anmin.lib.identifiers.residents import check_digit
from anmin.lib.text import compact

OLD = re.compile(r"[A-Z]{3}\d{12}")
NEW = re.compile(r"9\d{16}[\dX]")


@dataclass(frozen=True)
class ForeignId:
    """A checked card number; `is_old` cards stay valid until they run out."""

    text: str
    is_old: bool


def parse_foreign_id(text: str) -> ForeignId:
    """Read either form.

    Raises:
        IdentifierProblem: `foreign_form` or `id_check`.
    """
    number = compact(text)
    if OLD.fullmatch(number):
        return ForeignId(number, is_old=True)
    if not NEW.fullmatch(number):
        raise IdentifierProblem(
            "foreign_form",
            f"“{text}”不是外国人永久居留身份证号码：应为 9 开头的 18 位，或 3 个字母加 12 位数字",
        )
    if number[17] != check_digit(number[:17]):
        raise IdentifierProblem("id_check", f"外国人永久居留身份证号码“{number}”校验位不对，请核对")
    return ForeignId(number, is_old=False)
