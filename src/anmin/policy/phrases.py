"""How formulas read on the why page, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass

from anmin.policy.vocabulary import PHRASES


@dataclass(frozen=True)
class Words:
    """The words of one language for operators, functions and truth values."""

    language: str
    operators: dict[str, str]
    functions: dict[str, str]
    yes: str
    no: str
    each_member: str
    untold: str
    nothing: str
    month: str


CHINESE = Words(
    language="zh-hans",
    operators={
        "Add": "{0} + {1}",
        "Sub": "{0} − {1}",
        "Mult": "{0} × {1}",
        "FloorDiv": "{0} ÷ {1}",
        "Mod": "{0} 除以 {1} 的余数",
        "Lt": "{0} 低于 {1}",
        "LtE": "{0} 不高于 {1}",
        "Gt": "{0} 高于 {1}",
        "GtE": "{0} 不低于 {1}",
        "Eq": "{0} 等于 {1}",
        "NotEq": "{0} 不等于 {1}",
        "And": " 且 ",
        "Or": " 或 ",
        "Not": "并非（{0}）",
        "USub": "−{0}",
    },
    functions={**PHRASES, "len": "{0} 的个数", "min": "{0} 与 {1} 中较小者", "max": "{0} 与 {1} 中较大者"},
    yes="是",
    no="否",
    each_member="逐人计算",
    untold="未到",
    nothing="各月均无",
    month="{1} 年 {0} 月 {2}",
)

ENGLISH = Words(
    language="en",
    operators={
        **CHINESE.operators,
        "Mod": "the rest of {0} divided by {1}",
        "Lt": "{0} is below {1}",
        "LtE": "{0} is not above {1}",
        "Gt": "{0} is above {1}",
        "GtE": "{0} is not below {1}",
        "Eq": "{0} is {1}",
        "NotEq": "{0} is not {1}",
        "And": " and ",
        "Or": " or ",
        "Not": "not ({0})",
    },
    functions={
        "total": "the sum of {0}",
        "total_where": "the sum of {0} where {1}",
        "count": "the number with {0}",
        "anyone": "somebody has {0}",
        "everyone": "everybody has {0}",
        "highest": "the highest of {0}",
        "positive_part": "{0}, not below zero",
        "lesser": "the smaller of {0} and {1}",
        "greater": "the larger of {0} and {1}",
        "portion_down": "{0} × {1} (rounded down)",
        "portion_half_up": "{0} × {1} (rounded to the nearest fen)",
        "portion_up": "{0} × {1} (rounded up)",
        "divide_down": "{0} ÷ {1} (rounded down)",
        "divide_half_up": "{0} ÷ {1} (rounded to the nearest fen)",
        "divide_up": "{0} ÷ {1} (rounded up)",
        "round_money": "{0} rounded by mode {1}",
        "monthly": "{0} ÷ 12, rounded by mode {1}",
        "band": "the band of {1} in {0}",
        "entry": "the entry for {1} in {0}",
        "full_years": "completed years from {0} to {1}",
        "full_months": "completed months from {0} to {1}",
        "months_later": "{1} months after {0}",
        "day_number": "the running number of {0}",
        "days_between": "days from {0} to {1}",
        "told_total": "the sum of {0} over the months",
        "told_this_year": "the sum of {0} over the months of this year",
        "highest_lately": "the highest of {0} in the last {1} months",
        "newest_told": "{0} in the newest month",
        "months_with": "months in a row with {0} up to now",
        "months_without": "months in a row without {0} up to now",
        "began_lately": "{0} began within the last {1} months",
        "ended_lately": "{0} ended within the last {1} months",
        "len": "the number of {0}",
        "min": "the smaller of {0} and {1}",
        "max": "the larger of {0} and {1}",
    },
    yes="yes",
    no="no",
    each_member="computed member by member",
    untold="not told",
    nothing="nothing in any month",
    month="{1}-{0:02d} {2}",
)
