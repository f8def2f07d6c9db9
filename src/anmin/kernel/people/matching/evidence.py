"""Why two rows may be one person (比对依据): every field in plain words, with how much it speaks for or against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anmin.kernel.people.matching.fields import FIELDS
from anmin.kernel.people.matching.repairs import HOW

STEPS = {
    "number": "证件号码相同",
    "repaired": "证件号码修复后相同",
    "differs": "证件号码不同而其他相同",
    "probable": "按各项综合判断",
}
REASONS = {
    "safe": "各项相符，未见矛盾",
    "name_alike": "证件号码相同，姓名同音或有一字未能写出：多为录入用字不同，也要防双胞胎用错号码",
    "name_differs": "证件号码相同而姓名不同：可能改过名，也可能是用错了别人（如双胞胎）的号码",
    "all_differs": "证件号码相同，姓名、出生日期都对不上：可能借用或录错了号码",
    "number_twice": "同一个证件号码对应不止一人",
    "repair_open": "修复后的号码相符，但姓名或出生日期还不能佐证",
    "repair_twice": "修复后的号码可以对上不止一人",
    "numbers_differ": "两个号码都有效但不同，姓名、出生日期和住址或电话相同：可能换过号码，也可能是两个人",
    "rival": "另有一人同样可能",
    "taken": "对方已有证件号码相同的记录",
    "twin": "姓名不完全相同：可能是双胞胎、兄弟姐妹或错字",
    "untied": "姓名和出生日期之外没有别的佐证：同名同日生的人很常见",
    "birth_open": "出生日期不一致",
    "sex_differs": "性别不一致",
    "doubtful": "把握不够大",
}
STRONG, SLIGHT = 3.0, 0.5
"""Bits: a field that makes one person 8 times as likely speaks strongly, below 1.4 times it says next to nothing."""


@dataclass(frozen=True)
class Line:
    """One field of the waterfall. `weight` in bits, above 0 for the same person; None where no model weighed it."""

    field: str
    title: str
    code: str
    text: str
    weight: float | None
    left: str
    right: str

    @property
    def speaks(self) -> str:
        """for, against, or neither."""
        if self.code == "unknown":
            return "neither"
        if self.weight is None:
            return "against" if self.code == "other" else "for"
        return "neither" if abs(self.weight) < SLIGHT else "for" if self.weight > 0 else "against"

    @property
    def strength(self) -> str:
        """The weight in words."""
        if self.code == "unknown" or self.speaks == "neither":
            return "几乎不起作用"
        if self.weight is None:
            return "不符" if self.speaks == "against" else "相符"
        word = "有力" if abs(self.weight) >= STRONG else "稍微"
        times = 2.0 ** min(abs(self.weight), 40)
        factor = f"{times:,.0f}" if times < 100_000 else "10 万"
        if self.weight > 0:
            return f"{word}支持（是同一人的可能性增至 {factor} 倍{'以上' if times >= 100_000 else ''}）"
        return f"{word}反对（是同一人的可能性降到 1/{factor}{'以下' if times >= 100_000 else ''}）"


def lines(pair: Mapping[str, Any], left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Line]:
    """The waterfall of a pair as `engine.match` gives it, the strongest first, with what both sides wrote."""
    found = [
        Line(
            one.name,
            one.title,
            str(pair[one.name] or "unknown"),
            one.words(str(pair[one.name] or "unknown")),
            pair.get(f"weight_{one.name}"),
            _written(left, one.name),
            _written(right, one.name),
        )
        for one in FIELDS
    ]
    return sorted(found, key=lambda line: -abs(line.weight or 0.0))


def summary(pair: Mapping[str, Any]) -> str:
    """One sentence: by which step, how sure, and why a clerk should look."""
    sure = pair.get("probability")
    chance = "" if sure is None else f"，可能性 {min(sure, 0.99999):.3%}"
    how = f"（{HOW[pair['how']]}）" if pair.get("how") in HOW else ""
    return f"{STEPS[pair['step']]}{how}{chance}：{REASONS[pair['reason']]}"


SOURCES = {
    "name": ("name", "former"),
    "birth": ("birth_day",),
    "sex": ("sex",),
    "place": ("division", "address"),
    "phone": ("phone",),
    "number": ("number",),
}


def _written(row: Mapping[str, Any], field: str) -> str:
    parts = [str(row[column]) for column in SOURCES[field] if row.get(column)]
    return " ".join(parts)
