"""The rulebook: every rule, fact, rate and benefit of a deployment, collected from folders."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Literal

from anmin.policy.alerts import Alert
from anmin.policy.benefits import Benefit
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue
from anmin.policy.rates import RateBook
from anmin.policy.rules import Level, Rule, rule_of
from anmin.policy.types import Kind


@dataclass(frozen=True)
class Rulebook:
    """Rules by name with their dated versions, beside the facts and rates they read.

    One name means one thing: a name that is both a rule and a fact, or a rate, is refused.
    """

    versions: dict[str, tuple[Rule, ...]]
    facts: FactCatalogue
    rates: RateBook
    benefits: dict[str, Benefit] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)

    @classmethod
    def collect(cls, modules: Iterable[ModuleType], facts: FactCatalogue, rates: RateBook) -> Rulebook:
        """Gather the marked functions of rule modules.

        Raises:
            PolicyError: `rule_overlap` for two versions in force on one day, `name_twice` for a name that
                means two things.
        """
        versions: dict[str, list[Rule]] = {}
        benefits: dict[str, Benefit] = {}
        alerts: dict[str, Alert] = {}
        for module in modules:
            for member in vars(module).values():
                if isinstance(member, Benefit):
                    key = _key(module)
                    benefits[key] = replace(member, key=key)
                if isinstance(member, Alert):
                    _declare(alerts, member, module)
                rule = rule_of(member)
                if rule is not None and member.__module__ == module.__name__:
                    versions.setdefault(rule.name, []).append(rule)
        ordered = {name: _without_overlap(rows) for name, rows in versions.items()}
        _check_names(ordered, facts, rates)
        _check_benefits(ordered, benefits, rates)
        return cls(ordered, facts, rates, benefits, _with_rules(ordered, rates, alerts))

    @classmethod
    def load(cls, package: str, facts: FactCatalogue) -> Rulebook:
        """Collect `<package>/*/rules/*.py`, `<package>/*/benefits/*/` and `<package>/*/alerts/*/` with their `rates/*.yaml`.

        Domain folders may add facts in `<domain>/facts/*.yaml`. Nothing has to be registered anywhere.
        """
        root = Path(str(importlib.import_module(package).__file__)).parent
        places = ("rules", "benefits/*", "alerts/*")
        files = sorted(
            [
                *root.glob("*/rules/*.py"),
                *root.glob("*/benefits/*/rules.py"),
                *root.glob("*/alerts/*/rules.py"),
            ]
        )
        names = [
            ".".join((package, *file.relative_to(root).with_suffix("").parts))
            for file in files
            if file.name != "__init__.py"
        ]
        rates = RateBook.read(
            *sorted(path for place in places for path in root.glob(f"*/{place}/rates/*.yaml"))
        )
        more = FactCatalogue.read(*sorted(root.glob("*/facts/*.yaml")))
        return cls.collect(
            [importlib.import_module(name) for name in names], facts.merged(more.values()), rates
        )

    def version(self, name: str, on: date) -> Rule | None:
        """The version of a rule in force on a day, or None."""
        return next((rule for rule in self.versions.get(name, ()) if rule.in_force(on)), None)

    def lacking(self, key: str, division: str, on: date) -> tuple[str, ...]:
        """The titles of the rates that a benefit waits for in a place: not entered there, or an empty table."""
        benefit = self.benefits[key]
        found = [
            (name, self.rates.find(name, division, on)) for name in (*benefit.needs, benefit.due) if name
        ]
        return tuple(
            self.rates.rates[name].title for name, entry in found if entry is None or entry.urban == ()
        )

    def with_rates(self, rates: RateBook) -> Rulebook:
        """The same rules over other rates."""
        return replace(self, rates=rates)

    def change_days(self) -> list[date]:
        """Every day on which a rule or a rate begins or ends."""
        days = set(self.rates.change_days())
        for rows in self.versions.values():
            days |= {rule.since for rule in rows}
            days |= {rule.until + timedelta(1) for rule in rows if rule.until}
        return sorted(days)


def _key(module: ModuleType) -> str:
    parts = module.__name__.split(".")
    if "benefits" in parts:
        place = parts.index("benefits")
        return f"{parts[place - 1]}/{parts[place + 1]}"
    return module.__name__


def _without_overlap(rows: list[Rule]) -> tuple[Rule, ...]:
    ordered = sorted(rows, key=lambda rule: rule.since)
    for earlier, later in zip(ordered, ordered[1:], strict=False):
        if earlier.until is None or earlier.until >= later.since:
            raise PolicyError(
                "rule_overlap",
                what=f"规则 {earlier.name} 有两个版本同时生效：{earlier.where} 与 {later.where}",
                where=f"{later.since} 起",
                todo="给较早的版本写上 until",
            )
        if earlier.level is not later.level or earlier.kind is not later.kind:
            raise PolicyError(
                "rule_changed_kind",
                what=f"规则 {earlier.name} 的两个版本层级或返回类型不同",
                where=f"{earlier.where} 与 {later.where}",
                todo="保持同名规则的层级和类型一致，或换一个名字",
            )
    return tuple(ordered)


def _check_names(versions: dict[str, tuple[Rule, ...]], facts: FactCatalogue, rates: RateBook) -> None:
    kinds = {"规则": set(versions), "事实": set(facts), "费率": set(rates.rates), "引擎": {"on"}}
    pairs = [(one, other) for one in kinds for other in kinds if one < other]
    for one, other in pairs:
        for name in sorted(kinds[one] & kinds[other]):
            raise PolicyError(
                "name_twice", what=f"名字 {name} 既是{one}又是{other}", todo="一个名字只能有一个含义，请改名"
            )


def _declare(alerts: dict[str, Alert], alert: Alert, module: ModuleType) -> None:
    """An alert under its key: the domain's folder and the number of the rule."""
    parts = module.__name__.split(".")
    domain = parts[parts.index("alerts") - 1] if "alerts" in parts else module.__name__
    key = f"{domain}/{alert.number}"
    if key in alerts:
        raise PolicyError(
            "alert_twice", what=f"预警规则 {key} 声明了两次", where=module.__name__, todo="换一个编号"
        )
    alerts[key] = replace(alert, key=key)


def _with_rules(
    versions: dict[str, tuple[Rule, ...]], rates: RateBook, alerts: dict[str, Alert]
) -> dict[str, Alert]:
    """Each alert with the titles and the unit of its rule; refuses where rule or rates are missing."""
    filled: dict[str, Alert] = {}
    for key, alert in sorted(alerts.items()):
        rule = versions.get(alert.rule, (None,))[-1]
        if rule is None or rule.kind is not Kind.BOOL or (alert.is_place and rule.level is Level.PERSON):
            raise PolicyError(
                "alert_rule",
                what=f"预警规则 {key} 引用的规则 {alert.rule} 不存在、不是真假，或层级不对",
                where=key,
                todo="改正名字，或让该规则返回 bool",
            )
        for name in (alert.weight, alert.colour):
            if name not in rates.rates:
                raise PolicyError(
                    "alert_rate", what=f"预警规则 {key} 没有费率 {name}", where=key, todo="在 rates/ 中补上"
                )
        unit: Literal["person", "household", "place"] = (
            "person" if rule.level is Level.PERSON else "household"
        )
        filled[key] = replace(
            alert, title=rule.title, english=rule.english, unit="place" if alert.is_place else unit
        )
    return filled


def _check_benefits(
    versions: dict[str, tuple[Rule, ...]], benefits: dict[str, Benefit], rates: RateBook
) -> None:
    for key, benefit in benefits.items():
        if (benefit.period == "year") != bool(benefit.due):
            raise PolicyError(
                "benefit_due",
                what=f"待遇“{benefit.title}”按年发放要写明哪个费率规定发放月份，按月的不写",
                where=key,
                todo="补上或去掉 due",
            )
        for name in (*benefit.needs, benefit.due):
            if name and name not in rates.rates:
                raise PolicyError(
                    "benefit_rate",
                    what=f"待遇“{benefit.title}”引用了不存在的费率 {name}",
                    where=key,
                    todo="在 rates/ 中补上定义",
                )
        for rule in (benefit.eligible, benefit.amount):
            if rule is not None and rule not in versions:
                raise PolicyError(
                    "benefit_rule",
                    what=f"待遇“{benefit.title}”引用了不存在的规则 {rule}",
                    where=key,
                    todo="改正名字或补写规则",
                )
