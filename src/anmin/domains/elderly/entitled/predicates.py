"""Who each item of the list is for: one small function an item, answering yes, no or not known, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from anmin.domains.elderly.assessment.scoring import LEVELS, Level
from anmin.domains.elderly.visits.classes import CLASSES
from anmin.policy.rates import RateBook

ELDER, HEALTH = 60, 65
UNABLE = Level.MODERATE
"""Levels from which somebody counts as certified unable (失能) where the place says nothing else: 中度 and above."""
BENEFITS = Path(__file__).parents[1] / "benefits"


@dataclass(frozen=True)
class Elder:
    """What is known about a person on a day; None where nobody has found out."""

    age: int | None
    division: str
    on: date
    is_registered_here: bool | None = None
    ability: int | None = None
    ability_until: date | None = None
    is_dibao: bool = False
    is_tekun: bool = False
    is_edge: bool = False
    disability_level: int | None = None
    classes: frozenset[str] = frozenset()
    has_employee_pension: bool | None = None
    is_contributor: bool = False
    is_vagrant: bool = False

    @property
    def is_poor(self) -> bool:
        """On dibao, tekun or the edge of it."""
        return self.is_dibao or self.is_tekun or self.is_edge


@dataclass(frozen=True)
class Verdict:
    """Whether somebody is entitled, None where something must be found out first, and why in plain words."""

    entitled: bool | None
    why: str


Predicate = Callable[[Elder], Verdict]


def _age(elder: Elder, needed: int) -> Verdict | None:
    if elder.age is None:
        return Verdict(None, "出生日期没有登记，请先核实")
    if elder.age < needed:
        return Verdict(False, f"{elder.age} 周岁，{needed} 周岁起享受")
    return None


def employee_pension(elder: Elder) -> Verdict:
    """Those who get one from the employees' scheme (职工养老保险)."""
    if elder.has_employee_pension is None:
        return Verdict(None, "还没有社保的领取信息")
    return Verdict(
        elder.has_employee_pension, "正在领取" if elder.has_employee_pension else "没有领取职工养老金"
    )


def resident_pension(elder: Elder) -> Verdict:
    """From sixty, without a pension of the employees' scheme (城乡居民养老保险)."""
    if (no := _age(elder, ELDER)) is not None:
        return no
    if elder.has_employee_pension:
        return Verdict(False, "已经领取职工养老金")
    if elder.has_employee_pension is None:
        return Verdict(None, "还没有社保的领取信息")
    return Verdict(True, f"{elder.age} 周岁，没有职工养老金")


def from_65(elder: Elder) -> Verdict:
    """From sixty-five (健康管理)."""
    return _age(elder, HEALTH) or Verdict(True, f"{elder.age} 周岁，65 周岁起每年一次")


def assessable(elder: Elder) -> Verdict:
    """From sixty-five (能力评估)."""
    return _age(elder, HEALTH) or Verdict(True, f"{elder.age} 周岁，65 周岁起可以申请")


@lru_cache(maxsize=1)
def _bands() -> RateBook:
    return RateBook.read(*sorted(BENEFITS.glob("age_allowance*/rates/*.yaml")))


def advanced_age(elder: Elder) -> Verdict:
    """Registered here and as old as the place's table asks (高龄津贴)."""
    if elder.age is None:
        return Verdict(None, "出生日期没有登记，请先核实")
    firsts = []
    for name in ("age_allowance_bands", "age_allowance_yearly_bands"):
        entry = _bands().find(name, elder.division, elder.on)
        if entry is not None and isinstance(entry.urban, tuple):
            firsts += [age for age, fen in entry.urban if fen > 0]
    if not firsts:
        return Verdict(None, "本地还没有登记高龄津贴标准")
    if elder.age < min(firsts):
        return Verdict(False, f"{elder.age} 周岁，本地 {min(firsts)} 周岁起发")
    if elder.is_registered_here is None:
        return Verdict(None, "户籍地没有登记，请先核实")
    if not elder.is_registered_here:
        return Verdict(False, "户籍不在本地，到户籍地领取")
    return Verdict(True, f"{elder.age} 周岁，本地户籍，本地 {min(firsts)} 周岁起发")


def _in_need(elder: Elder) -> str:
    if elder.is_tekun:
        return "特困供养对象"
    return "低保对象" if elder.is_dibao else "低保边缘家庭成员"


def poor(elder: Elder) -> Verdict:
    """Elders in economic hardship (经济困难老年人)."""
    if (no := _age(elder, ELDER)) is not None:
        return no
    return Verdict(True, _in_need(elder)) if elder.is_poor else Verdict(False, "不是低保、特困或低保边缘")


def in_difficulty(elder: Elder) -> Verdict:
    """Elders of a class of special difficulty (特殊困难老年人)."""
    if (no := _age(elder, ELDER)) is not None:
        return no
    mine = [title for key, title in CLASSES.items() if key in elder.classes]
    if not mine:
        return Verdict(False, "没有登记为独居、空巢、留守、失能、重残或计划生育特殊家庭")
    return Verdict(True, "、".join(mine))


def poor_in_difficulty(elder: Elder) -> Verdict:
    """Poor elders of special difficulty (经济困难的特殊困难老年人)."""
    for one in (poor(elder), in_difficulty(elder)):
        if not one.entitled:
            return one
    return Verdict(True, f"{poor(elder).why}；{in_difficulty(elder).why}")


def unable(elder: Elder) -> Verdict:
    """Assessed as unable, with a result that still holds (经认定生活不能自理)."""
    if (no := _age(elder, ELDER)) is not None:
        return no
    if elder.ability is None:
        return Verdict(None, "还没有能力评估，请先申请评估")
    if elder.ability_until is not None and elder.ability_until < elder.on:
        return Verdict(None, f"能力评估已于 {elder.ability_until} 到期，请重新评估")
    title = LEVELS[Level(elder.ability)]
    if elder.ability < UNABLE:
        return Verdict(False, f"评估结果为{title}，中度失能起享受")
    return Verdict(True, f"评估结果为{title}")


def tekun(elder: Elder) -> Verdict:
    """Those on tekun support (特困供养)."""
    return Verdict(elder.is_tekun, "特困供养对象" if elder.is_tekun else "不是特困供养对象")


def contributor(elder: Elder) -> Verdict:
    """Those with special merit to the country (作出特殊贡献的老年人)."""
    return Verdict(elder.is_contributor, "优待对象" if elder.is_contributor else "没有优待对象的登记")


def special_family(elder: Elder) -> Verdict:
    """Parents who lost their only child or whose only child is disabled (计划生育特殊家庭)."""
    if (no := _age(elder, ELDER)) is not None:
        return no
    is_one = "planning" in elder.classes
    return Verdict(is_one, "计划生育特殊家庭" if is_one else "没有计划生育特殊家庭的登记")


def disabled(elder: Elder) -> Verdict:
    """Holders of a certificate: the benefits themselves say how much (残疾人两项补贴)."""
    if elder.disability_level is None:
        return Verdict(False, "没有残疾人证的登记")
    return Verdict(True, f"残疾 {elder.disability_level} 级；是否发放和金额以两项补贴的规则为准")


def vagrant(elder: Elder) -> Verdict:
    """Elders without shelter (流浪乞讨)."""
    return Verdict(elder.is_vagrant, "救助站登记" if elder.is_vagrant else "没有流浪乞讨的登记")


PREDICATES: dict[str, Predicate] = {
    one.__name__: one
    for one in (
        employee_pension,
        resident_pension,
        from_65,
        assessable,
        advanced_age,
        poor,
        poor_in_difficulty,
        unable,
        tekun,
        in_difficulty,
        contributor,
        special_family,
        disabled,
        vagrant,
    )
}
