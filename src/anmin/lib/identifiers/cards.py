"""Bank cards (银行卡号) and disability certificates (残疾人证号)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from anmin.lib.identifiers.problems import Checked, IdentifierProblem
from anmin.lib.identifiers.residents import Identity, parse_resident_id
from anmin.lib.text import compact

CERTIFICATE = re.compile(r"(\d{17}[\dX])([1-7])([1-4])(B[1-9])?")


@dataclass(frozen=True)
class DisabilityCard:
    """A disability certificate: whose, which kind (1–7), which level (1–4), and the how-manieth reissue."""

    text: str
    identity: Identity
    kind: int
    level: int
    reissue: int


def bank_card(text: str) -> Checked:
    """A card or passbook number of 13 to 19 digits. A failed Luhn digit only warns: passbooks have none.

    Raises:
        IdentifierProblem: `bank_card_form`.
    """
    number = compact(text).replace("-", "")
    if not re.fullmatch(r"\d{13,19}", number):
        raise IdentifierProblem("bank_card_form", f"银行卡号“{text}”应为 13 至 19 位数字")
    return (
        Checked(number)
        if luhn_holds(number)
        else Checked(number, ("校验位不对：如是存折可以忽略，如是银行卡请核对",))
    )


def luhn_holds(number: str) -> bool:
    """Whether the last digit fits the others (Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def disability_card(text: str, *, on: date) -> DisabilityCard:
    """A certificate number: the identity number, one digit for the kind, one for the level, `B` and the reissue.

    Raises:
        IdentifierProblem: `disability_card_form`, or what is wrong with the identity number in it.
    """
    found = CERTIFICATE.fullmatch(compact(text))
    if found is None:
        raise IdentifierProblem(
            "disability_card_form",
            f"残疾人证号“{text}”应为 18 位身份证号加 1 位类别（1–7）加 1 位等级（1–4）",
        )
    identity = parse_resident_id(found[1], on=on)
    reissue = int(found[4][1:]) if found[4] else 0
    return DisabilityCard(found[0], identity, int(found[2]), int(found[3]), reissue)
