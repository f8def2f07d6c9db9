"""Why two rows may be one person (比对依据): every field in plain words, with how much it speaks for or against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anmin.kernel.people.matching.fields import FIELDS
from anmin.kernel.people.matching.repairs import HOW

STEPS = {
    "number": _("证件号码相同"),
    "repaired": _("证件号码修复后相同"),
    "differs": _("证件号码不同而其他相同"),
    "probable": _("按各项综合判断"),
}
REASONS = {
    "safe": _("各项相符，未见矛盾"),
    "name_alike": _("证件号码相同，姓名同音或有一字未能写出：多为录入用字不同，也要防双胞胎用错号码"),
    "name_differs": _("证件号码相同而姓名不同：可能改过名，也可能是用错了别人（如双胞胎）的号码"),
    "all_differs": _("证件号码相同，姓名、出生日期都对不上：可能借用或录错了号码"),
    "number_twice": _("同一个证件号码对应不止一人"),
    "repair_open": _("修复后的号码相符，但姓名或出生日期还不能佐证"),
    "repair_twice": _("修复后的号码可以对上不止一人"),
    "numbers_differ": _("两个号码都有效但不同，姓名、出生日期和住址或电话相同：可能换过号码，也可能是两个人"),
    "rival": _("另有一人同样可能"),
    "taken": _("对方已有证件号码相同的记录"),
    "twin": _("姓名不完全相同：可能是双胞胎、兄弟姐妹或错字"),
    "untied": _("姓名和出生日期之外没有别的佐证：同名同日生的人很常见"),
    "birth_open": _("出生日期不一致"),
    "sex_differs": _("性别不一致"),
    "doubtful": _("把握不够大"),
}
STRONG, SLIGHT = 3.0, 0.5
"""Bits: a field that makes one person 8 times as likely speaks strongly, below 1.4 times it says next to nothing."""


@dataclass(frozen=True)
class Line:
    """One field of the waterfall. `weight` in bits, above 0 for the same person; None where no model weighed it."""

    name: str
    title: str
    code: str
    text: str
    weight: float | None

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
            return gettext("几乎不起作用")
        if self.weight is None:
            return gettext("不符") if self.speaks == "against" else gettext("相符")
        times = 2.0 ** min(abs(self.weight), MOST)
        words = _STRENGTH[self.weight > 0, abs(self.weight) >= STRONG, times >= CAPPED]
        return str(words) % {"times": f"{min(times, CAPPED):,.0f}"}


MOST, CAPPED = 40, 100_000
"""Weights beyond these say no more to anybody."""
_STRENGTH = {
    (True, True, False): _("有力支持（是同一人的可能性增至 %(times)s 倍）"),
    (True, True, True): _("有力支持（是同一人的可能性增至 %(times)s 倍以上）"),
    (True, False, False): _("稍微支持（是同一人的可能性增至 %(times)s 倍）"),
    (False, True, False): _("有力反对（是同一人的可能性降到 1/%(times)s）"),
    (False, True, True): _("有力反对（是同一人的可能性降到 1/%(times)s 以下）"),
    (False, False, False): _("稍微反对（是同一人的可能性降到 1/%(times)s）"),
}
"""By whether it speaks for, speaks strongly, and is beyond counting."""


def lines(pair: Mapping[str, Any]) -> list[Line]:
    """The waterfall of a pair as `engine.match` gives it, the strongest first."""
    found = [
        Line(
            one.name,
            str(one.title),
            str(pair[one.name] or "unknown"),
            one.words(str(pair[one.name] or "unknown")),
            pair.get(f"weight_{one.name}"),
        )
        for one in FIELDS
    ]
    return sorted(found, key=lambda line: -abs(line.weight or 0.0))


def summary(pair: Mapping[str, Any]) -> str:
    """One sentence: by which step, how sure, and why a clerk should look."""
    sure = pair.get("probability")
    chance = "" if sure is None else gettext("，可能性 %(chance)s") % {"chance": f"{min(sure, 0.99999):.3%}"}
    how = gettext("（%(how)s）") % {"how": HOW[pair["how"]]} if pair.get("how") in HOW else ""
    return gettext("%(step)s%(how)s%(chance)s：%(reason)s") % {
        "step": STEPS[pair["step"]],
        "how": how,
        "chance": chance,
        "reason": REASONS[pair["reason"]],
    }
