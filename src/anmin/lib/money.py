"""Money (金额): integer fen inside, yuan at the edges, rounding only by name."""

from __future__ import annotations

from decimal import Decimal, DecimalException, InvalidOperation
from enum import Enum

from anmin.lib.text import compact

FEN_IN_YUAN = 100
LARGEST = 17
"""Amounts of more than a thousand million million yuan are no amounts."""
DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


class Rounding(Enum):
    """How a fraction becomes a whole number of steps."""

    DOWN = "舍去"
    HALF_UP = "四舍五入"
    UP = "进位"


class MoneyProblem(ValueError):
    """A text is not an amount of money."""


def parse_yuan(text: str | int | Decimal) -> int:
    """An amount in yuan as fen: `1,062.00`, full-width digits and a 元 or ¥ sign are read; never a float.

    Raises:
        MoneyProblem: when it is no number, has more than two decimals, or comes as a float.
    """
    if isinstance(text, float):
        raise MoneyProblem("金额不能用浮点数，请用文字或整数")
    written = compact(str(text)).replace(",", "").replace("，", "").strip("¥￥元")
    try:
        fen = Decimal(written) * FEN_IN_YUAN
        if not fen.is_finite() or fen.adjusted() > LARGEST:
            raise InvalidOperation
    except DecimalException:
        raise MoneyProblem(f"“{text}”不是金额") from None
    if fen != fen.to_integral_value():
        raise MoneyProblem(f"“{text}”精确到分以下")
    return int(fen)


def format_yuan(fen: int) -> str:
    """Fen as yuan with thousands separators and two decimals: 106200 is 1,062.00."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def divided(fen: int, parts: int, rounding: Rounding, step: int = 1) -> int:
    """An amount divided by a positive number and rounded once to a multiple of `step` fen.

    Raises:
        ZeroDivisionError: for zero parts; ValueError for a negative number of parts or step.
    """
    if parts < 0 or step <= 0:
        raise ValueError("除数和取整单位必须为正")
    unit = parts * step
    if rounding is Rounding.DOWN:
        return fen // unit * step
    if rounding is Rounding.UP:
        return -(-fen // unit) * step
    return (2 * fen + unit) // (2 * unit) * step


def shares(fen: int, parts: int) -> list[int]:
    """An amount in equal parts that add up to it exactly; the first parts take the odd fen."""
    each, rest = divmod(fen, parts)
    return [each + 1] * rest + [each] * (parts - rest)


def in_characters(fen: int) -> str:
    """An amount in the characters of a voucher (大写金额): 1,062.50 yuan is 壹仟零陆拾贰元伍角."""
    if fen < 0:
        return "负" + in_characters(-fen)
    yuan, jiao, cents = fen // 100, fen // 10 % 10, fen % 10
    text = _whole(yuan) + "元" if yuan else ""
    if not jiao and not cents:
        return (text or "零元") + "整"
    if jiao:
        text += DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (DIGITS[cents] + "分" if cents else "")


def _whole(number: int) -> str:
    text, gap, place = "", False, 0
    groups = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + GROUPS[place]
        gap = False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + UNITS[place]
            gap = False
        else:
            gap = True
    return text
