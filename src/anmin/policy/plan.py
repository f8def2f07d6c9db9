"""The plan of a day: which rule versions apply, in which order, and what facts and rates they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from anmin.policy.errors import PolicyError
from anmin.policy.facts import Fact
from anmin.policy.rates import Rate, RateEntry
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Level, Parameter, Rule

ON = "on"
"""The name by which a rule asks for the day of the calculation."""


@dataclass(frozen=True)
class Plan:
    """An ordered calculation for one day: later rules read only earlier ones."""

    rulebook: Rulebook
    on: date
    rules: tuple[Rule, ...]
    facts: tuple[Fact, ...]
    rates: tuple[Rate, ...]
    outputs: tuple[str, ...]

    @property
    def day(self) -> int:
        """The day as rules see it, yyyymmdd."""
        return self.on.year * 10_000 + self.on.month * 100 + self.on.day

    def level(self, name: str) -> Level | None:
        """Whom a name of this plan belongs to; None for rates and the day, which belong to the place."""
        return _level(self.rulebook, name, self.on)

    def facts_of(self, level: Level) -> list[Fact]:
        """The facts that this plan reads of persons or of households."""
        return [fact for fact in self.facts if fact.level is level]

    def rates_in(self, division: str) -> dict[str, RateEntry]:
        """The entries in force in a division; refuses where one is missing."""
        return {rate.name: self.rulebook.rates.entry(rate.name, division, self.on) for rate in self.rates}


def make_plan(rulebook: Rulebook, on: date, outputs: Iterable[str] | None = None) -> Plan:
    """Order the rules needed for some outputs (all rules in force, when none are named).

    Raises:
        PolicyError: `cycle`, `unknown_name`, `rule_gap` or `level`, each naming the rule and the day.
    """
    wanted = (
        list(outputs)
        if outputs is not None
        else sorted(name for name in rulebook.versions if rulebook.version(name, on) is not None)
    )
    ordered: dict[str, Rule] = {}
    facts: dict[str, Fact] = {}
    rates: dict[str, Rate] = {}
    for name in wanted:
        _visit(name, rulebook, on, ordered, facts, rates, [])
    return Plan(
        rulebook, on, tuple(ordered.values()), tuple(facts.values()), tuple(rates.values()), tuple(wanted)
    )


def _visit(
    name: str,
    rulebook: Rulebook,
    on: date,
    ordered: dict[str, Rule],
    facts: dict[str, Fact],
    rates: dict[str, Rate],
    trail: list[str],
) -> None:
    if name in ordered or name == ON:
        return
    if name in rulebook.facts:
        facts[name] = rulebook.facts[name]
        return
    if name in rulebook.rates.rates:
        rates[name] = rulebook.rates.rates[name]
        return
    if name in trail:
        circle = " → ".join([*trail[trail.index(name) :], name])
        raise PolicyError("cycle", what=f"规则互相引用成环：{circle}", where=f"{on}", todo="拆开其中一条规则")
    rule = _in_force(name, rulebook, on, trail)
    for parameter in rule.parameters:
        _visit(parameter.name, rulebook, on, ordered, facts, rates, [*trail, name])
        _check_level(rule, parameter, _level(rulebook, parameter.name, on))
        _check_months(rule, parameter, rulebook)
    ordered[name] = rule


def _in_force(name: str, rulebook: Rulebook, on: date, trail: list[str]) -> Rule:
    reader = f"被规则 {trail[-1]} 引用" if trail else "作为输出"
    if name not in rulebook.versions:
        raise PolicyError(
            "unknown_name",
            what=f"名字 {name} 不是规则、事实或费率（{reader}）",
            where=f"{on}",
            todo="检查拼写，或在事实目录中登记",
        )
    rule = rulebook.version(name, on)
    if rule is None:
        spans = "；".join(f"{row.since} 至 {row.until or '今'}" for row in rulebook.versions[name])
        raise PolicyError(
            "rule_gap",
            what=f"规则 {name} 在 {on} 没有有效版本（{reader}），现有版本：{spans}",
            where=rulebook.versions[name][0].where,
            todo="补写该时段的规则，或改正起止日期",
        )
    return rule


def _level(rulebook: Rulebook, name: str, on: date) -> Level | None:
    if name in rulebook.facts:
        return rulebook.facts[name].level
    if name in rulebook.versions:
        return rulebook.versions[name][0].level
    return None


def _check_months(rule: Rule, parameter: Parameter, rulebook: Rulebook) -> None:
    fact = rulebook.facts.get(parameter.name)
    if parameter.months != (fact is not None and fact.monthly):
        raise PolicyError(
            "months",
            what=f"{parameter.name} {'不是逐月的事实' if parameter.months else '是逐月的事实'}",
            where=rule.where,
            todo="逐月的事实写成 Months[…]，其余不写",
        )


def _check_level(rule: Rule, parameter: Parameter, level: Level | None) -> None:
    if parameter.each and level is not Level.PERSON:
        raise PolicyError(
            "level", what=f"{parameter.name} 不是个人的值，不能用 Each", where=rule.where, todo="去掉 Each[…]"
        )
    if level is Level.PERSON and rule.level is Level.HOUSEHOLD and not parameter.each:
        raise PolicyError(
            "level",
            what=f"家庭规则直接读取了个人的值 {parameter.name}",
            where=rule.where,
            todo=f"写成 {parameter.name}: Each[…] 再汇总",
        )
