"""Resident identity numbers (公民身份号码, GB 11643) and residence permits of Hong Kong, Macao and Taiwan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum

from anmin.lib.identifiers.problems import IdentifierProblem
from anmin.lib.text import compact

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
EARLIEST = 1850
PERMITS = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{2}")


class Sex(IntEnum):
    """Sex as the seventeenth digit tells it, in the codes of GB/T 2261.1."""

    MALE = 1
    FEMALE = 2


class IdentityKind(Enum):
    """What a number is."""

    RESIDENT = "居民身份证"
    PERMIT = "港澳台居民居住证"
    FOREIGN = "外国人永久居留身份证"


@dataclass(frozen=True)
class Identity:
    """A checked identity number. `text` is the eighteen-character form; `warnings` are for a person to look at."""

    text: str
    kind: IdentityKind
    birth_day: date
    sex: Sex
    region: str
    warnings: tuple[str, ...] = ()


def check_digit(first17: str) -> str:
    """The eighteenth character for seventeen digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True))
    return CHECK[total % 11]


def upgraded(old: str) -> str:
    """A fifteen-digit number of before 1999 as eighteen characters: the century 19, and the check digit."""
    if not re.fullmatch(r"\d{15}", old):
        raise IdentifierProblem("id_length", "旧身份证号应为 15 位数字")
    widened = old[:6] + "19" + old[6:]
    return widened + check_digit(widened)


def parse_resident_id(text: str, *, on: date) -> Identity:
    """Read a resident ID or a residence permit; fifteen digits are accepted and become eighteen characters.

    `on` is the day on which a birth would lie in the future.

    Raises:
        IdentifierProblem: `id_scientific id_length id_characters id_check id_date id_future`.
    """
    number = _eighteen(text)
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise IdentifierProblem(
            "id_characters", f"证件号码“{text}”含有不该有的字符，应为 17 位数字加 1 位数字或 X"
        )
    birth_day = _birth_day(number[6:14], on)
    expected = check_digit(number[:17])
    if number[17] != expected:
        raise IdentifierProblem("id_check", f"证件号码“{number}”校验位不对，请核对是否抄错一位或颠倒相邻两位")
    kind = IdentityKind.PERMIT if number[:6] in PERMITS else IdentityKind.RESIDENT
    warnings = ["按 15 位旧号码补成 18 位，请核对现行证件"] if len(compact(text)) == 15 else []
    return Identity(
        number, kind, birth_day, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE, number[:6], tuple(warnings)
    )


def parse_identity(text: str, *, on: date) -> Identity:
    """Read any number that identifies a person here: resident, permit, or foreign permanent resident.

    Raises:
        IdentifierProblem: as `parse_resident_id`; `id_no_birth_day` for the old foreign card, which tells none.
    """
    number = compact(text)
    if number.startswith("9") and len(number) == 18 and not number.startswith("99"):
        return _foreign(number, on)
    if re.fullmatch(r"[A-Z]{3}\d{12}", number):
        raise IdentifierProblem(
            "id_no_birth_day", "旧版外国人永久居留证号码不含出生日期，请换填新版 18 位号码"
        )
    return parse_resident_id(text, on=on)


def _foreign(number: str, on: date) -> Identity:
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise IdentifierProblem("id_characters", f"证件号码“{number}”含有不该有的字符")
    birth_day = _birth_day(number[6:14], on)
    if number[17] != check_digit(number[:17]):
        raise IdentifierProblem("id_check", f"外国人永久居留身份证号码“{number}”校验位不对，请核对")
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return Identity(number, IdentityKind.FOREIGN, birth_day, sex, number[1:3] + "0000")


def _eighteen(text: str) -> str:
    number = compact(text)
    if SCIENTIFIC.fullmatch(number):
        raise IdentifierProblem(
            "id_scientific", f"“{text}”是科学计数法，号码已丢失末尾数字，请按文本格式重新录入原号码"
        )
    if len(number) == 15 and number.isdigit():
        return upgraded(number)
    if len(number) != 18:
        raise IdentifierProblem("id_length", f"证件号码“{text}”有 {len(number)} 位，应为 18 位")
    return number


def _birth_day(digits: str, on: date) -> date:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise IdentifierProblem("id_date", f"证件号码里的出生日期 {digits} 不存在") from None
    if day.year < EARLIEST:
        raise IdentifierProblem("id_date", f"证件号码里的出生年份 {day.year} 早于 {EARLIEST} 年")
    if day > on:
        raise IdentifierProblem("id_future", f"证件号码里的出生日期 {day} 在 {on} 之后")
    return day
