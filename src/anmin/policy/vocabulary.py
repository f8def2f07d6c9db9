"""The functions a rule may call. Each is ordinary Python and also compiles to machine code.

Rounding is always explicit: a name ends in `_down`, `_half_up` or `_up`. Arguments are integers; money is
in fen, ratios in basis points. Every function has a phrase that the why page uses to show it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anmin.policy.types import Months

Told = Months[int] | Months[bool]
"""Twelve months of a fact; -1 stands for a month that nobody told about."""
MONTHS = 12
"""Months in a year."""
YUAN = 100
"""Fen in a yuan."""
WHOLE = 10_000
"""Basis points in one whole."""
PHRASES: dict[str, str] = {
    "total": "{0} 合计",
    "total_where": "符合“{1}”者的 {0} 合计",
    "count": "{0} 的人数",
    "anyone": "有人 {0}",
    "everyone": "人人 {0}",
    "highest": "{0} 中最高者",
    "positive_part": "{0}，负数按零计",
    "lesser": "{0} 与 {1} 中较小者",
    "greater": "{0} 与 {1} 中较大者",
    "portion_down": "{0} × {1}（舍去不足一分）",
    "portion_half_up": "{0} × {1}（四舍五入到分）",
    "portion_up": "{0} × {1}（进位到分）",
    "divide_down": "{0} ÷ {1}（舍去不足一分）",
    "divide_half_up": "{0} ÷ {1}（四舍五入到分）",
    "divide_up": "{0} ÷ {1}（进位到分）",
    "round_money": "{0} 按取整方式 {1} 取整",
    "monthly": "{0} ÷ 12，按取整方式 {1} 取整",
    "band": "{0} 中 {1} 所在档",
    "entry": "{0} 中 {1} 一项",
    "full_years": "从 {0} 到 {1} 的周年数",
    "full_months": "从 {0} 到 {1} 的整月数",
    "months_later": "{0} 之后 {1} 个月",
    "day_number": "{0} 的日序",
    "days_between": "从 {0} 到 {1} 的天数",
    "told_total": "{0} 各月合计",
    "told_this_year": "{0} 本年各月合计",
    "highest_lately": "{0} 最近 {1} 个月中最高者",
    "newest_told": "{0} 最近一个月",
    "months_with": "{0} 到最近为止连续有的月数",
    "months_without": "{0} 到最近为止连续没有的月数",
    "began_lately": "{0} 在最近 {1} 个月内由无到有",
    "ended_lately": "{0} 在最近 {1} 个月内由有到无",
}
"""How each function reads on the why page; positions stand for its arguments."""


def total(values: Iterable[int]) -> int:
    """The sum over all members."""
    result = 0
    for value in values:
        result += value
    return result


def total_where(values: Sequence[int], flags: Sequence[bool]) -> int:
    """The sum over the members for whom the flag holds."""
    result = 0
    for position in range(len(values)):
        if flags[position]:
            result += values[position]
    return result


def count(flags: Iterable[bool]) -> int:
    """How many members the flag holds for."""
    result = 0
    for flag in flags:
        if flag:
            result += 1
    return result


def anyone(flags: Iterable[bool]) -> bool:
    """Whether the flag holds for at least one member."""
    for flag in flags:  # noqa: SIM110  (a generator would not compile)
        if flag:
            return True
    return False


def everyone(flags: Iterable[bool]) -> bool:
    """Whether the flag holds for all members; true for an empty household."""
    for flag in flags:  # noqa: SIM110
        if not flag:
            return False
    return True


def highest(values: Iterable[int]) -> int:
    """The greatest value among members, and 0 where there is no member or all are negative."""
    result = 0
    for value in values:
        if value > result:
            result = value
    return result


def positive_part(amount: int) -> int:
    """The amount itself, or 0 where it is negative."""
    if amount > 0:
        return amount
    return 0


def lesser(one: int, other: int) -> int:
    """The smaller of two."""
    if one < other:
        return one
    return other


def greater(one: int, other: int) -> int:
    """The larger of two."""
    if one > other:
        return one
    return other


def portion_down(amount: int, ratio: int) -> int:
    """`ratio` basis points of an amount, towards minus infinity."""
    return amount * ratio // 10_000


def portion_half_up(amount: int, ratio: int) -> int:
    """`ratio` basis points of an amount, halves up."""
    return (amount * ratio + 5_000) // 10_000


def portion_up(amount: int, ratio: int) -> int:
    """`ratio` basis points of an amount, towards plus infinity."""
    return -(-amount * ratio // 10_000)


def divide_down(amount: int, parts: int) -> int:
    """An amount divided by a positive number, towards minus infinity; 0 where there are no parts."""
    if parts <= 0:
        return 0
    return amount // parts


def divide_half_up(amount: int, parts: int) -> int:
    """An amount divided by a positive number, halves up; 0 where there are no parts."""
    if parts <= 0:
        return 0
    return (2 * amount + parts) // (2 * parts)


def divide_up(amount: int, parts: int) -> int:
    """An amount divided by a positive number, towards plus infinity; 0 where there are no parts."""
    if parts <= 0:
        return 0
    return -(-amount // parts)


def round_money(amount: int, mode: int) -> int:
    """An amount in fen rounded once by a locality's mode (`anmin.policy.codes.Rounding`).

    0 keeps the fen, 1 is the yuan halves up, 2 the yuan upwards, 3 ten yuan upwards.
    """
    if mode == 1:
        return (amount + 50) // 100 * 100
    if mode == 2:
        return -(-amount // 100) * 100
    if mode == 3:
        return -(-amount // 1000) * 1000
    return amount


def band(table: Sequence[Sequence[int]], key: int) -> int:
    """The value of the highest row whose key is not above `key`; 0 below the first row."""
    result = 0
    for row in range(len(table)):
        if table[row][0] <= key:
            result = table[row][1]
    return result


def entry(table: Sequence[Sequence[int]], key: int) -> int:
    """The value of the row with exactly this key; 0 where there is none."""
    for row in range(len(table)):
        if table[row][0] == key:
            return table[row][1]
    return 0


def full_years(first: int, last: int) -> int:
    """Completed years between two days yyyymmdd: an age. Born on 29 February, one turns on 1 March."""
    return (last - first) // 10_000


def full_months(first: int, last: int) -> int:
    """Completed months between two days yyyymmdd."""
    months = (last // 10_000 - first // 10_000) * 12 + (last // 100 % 100 - first // 100 % 100)
    if last % 100 < first % 100:
        months -= 1
    return months


def months_later(day: int, months: int) -> int:
    """The day so many months later, as a comparable yyyymmdd (the 31st of a short month stays as a bound)."""
    month = day // 10_000 * 12 + day // 100 % 100 - 1 + months
    return month // 12 * 10_000 + (month % 12 + 1) * 100 + day % 100


def monthly(amount_year: int, mode: int) -> int:
    """A yearly amount as a monthly one, divided last and rounded once by a locality's mode (see `round_money`)."""
    if mode == 1:
        return (2 * amount_year + 1200) // 2400 * 100
    if mode == 2:
        return -(-amount_year // 1200) * 100
    if mode == 3:
        return -(-amount_year // 12000) * 1000
    return (2 * amount_year + 12) // 24


def day_number(day: int) -> int:
    """A day yyyymmdd as a running number; years begin in March here, so that a leap day ends one."""
    month = (day // 100 % 100 + 9) % 12
    year = day // 10_000 - month // 10
    return 365 * year + year // 4 - year // 100 + year // 400 + (month * 306 + 5) // 10 + day % 100 - 1


def days_between(first: int, last: int) -> int:
    """Calendar days from one day yyyymmdd to another; negative where the second is earlier."""
    return day_number(last) - day_number(first)


def told_total(months: Told) -> int:
    """The sum of the months that were told; an unknown month (-1) adds nothing."""
    result = 0
    for value in months:
        if value > 0:
            result += value
    return result


def told_this_year(months: Told, on: int) -> int:
    """The sum of the told months since January of the year of `on`, whose month is the last."""
    result = 0
    for position in range(12 - on // 100 % 100, 12):
        if months[position] > 0:
            result += months[position]
    return result


def highest_lately(months: Told, count: int) -> int:
    """The highest of the last `count` months, and 0 where none of them was told."""
    result = 0
    for position in range(12 - min(count, 12), 12):
        if months[position] > result:
            result = months[position]
    return result


def newest_told(months: Told) -> int:
    """The value of the newest month that was told, and -1 where that is too old or there is none."""
    position = 11
    while position > 8:
        if months[position] >= 0:
            return months[position]
        position -= 1
    return -1


def months_with(months: Told) -> int:
    """How many months in a row up to the newest told one have something; an unknown month ends the row."""
    position = 11
    while position > 8 and months[position] < 0:
        position -= 1
    result = 0
    while position >= 0 and months[position] > 0:
        result += 1
        position -= 1
    return result


def months_without(months: Told) -> int:
    """How many months in a row up to the newest told one have nothing; an unknown month ends the row."""
    position = 11
    while position > 8 and months[position] < 0:
        position -= 1
    result = 0
    while position >= 0 and months[position] == 0:
        result += 1
        position -= 1
    return result


def began_lately(months: Told, count: int) -> bool:
    """Whether within the last `count` months something follows a told month of nothing."""
    for position in range(12 - min(count, 11), 12):  # noqa: SIM110
        if months[position] > 0 and months[position - 1] == 0:
            return True
    return False


def ended_lately(months: Told, count: int) -> bool:
    """Whether within the last `count` months a month of nothing follows one with something, and nothing came after."""
    for position in range(11, 11 - min(count, 11), -1):
        if months[position] > 0:
            return False
        if months[position] == 0 and months[position - 1] > 0:
            return True
    return False
