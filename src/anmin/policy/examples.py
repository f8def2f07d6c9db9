"""Worked examples of the law: situations and what follows, written as data and run as tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import Any

from anmin.policy import codes as code_sets
from anmin.policy.codes import Settlement
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household, Outcome, evaluate
from anmin.policy.facts import Fact, FactCatalogue, value_of
from anmin.policy.plan import Plan, make_plan
from anmin.policy.rates import RateEntry, exact_yaml, rate_value
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Level
from anmin.policy.types import UNKNOWN, WINDOW, Kind

BORN_IF_SILENT = "1980-01-01"
"""An example that says nothing of a member's birth means a grown-up of working age."""
ALWAYS = date(1900, 1, 1)


@dataclass(frozen=True)
class Example:
    """One sentence of law with numbers: the situation as written, and the values that must follow."""

    id: str
    name: str
    day: date
    division: str
    settlement: int
    rates: Mapping[str, Any] = field(default_factory=dict)
    household: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[Mapping[str, Any], ...] = ()
    then: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    path: str = ""


def load_examples(path: Path) -> list[Example]:
    """Read one `examples.yaml`.

    Raises:
        PolicyError: `example`, naming the file and the entry.
    """
    result = []
    for row in exact_yaml(path.read_text("utf-8")) or []:
        try:
            members = row.get("members", 1)
            result.append(
                Example(
                    id=str(row["id"]),
                    name=row["name"],
                    day=row["day"] if isinstance(row["day"], date) else date.fromisoformat(str(row["day"])),
                    division=str(row["division"]),
                    settlement=int(Settlement[row.get("settlement", "URBAN")]),
                    rates=row.get("rates") or {},
                    household=row.get("household") or {},
                    members=tuple(members) if isinstance(members, list) else ({},) * int(members),
                    then=row["then"],
                    note=row.get("note", ""),
                    path=f"{path.parent.name}/{path.name}",
                )
            )
        except (KeyError, TypeError, ValueError) as trouble:
            raise PolicyError(
                "example",
                what=f"示例写得不对：{trouble!r}",
                where=f"{path.parent.name}/{path.name} · {row}",
                todo="需要 id name day division then",
            ) from trouble
    return result


def example_files(package_folder: Path) -> list[Path]:
    """All example files below a domains folder."""
    return sorted(
        [
            *package_folder.glob("*/benefits/*/examples.yaml"),
            *package_folder.glob("*/alerts/*/examples.yaml"),
            *package_folder.glob("*/rules/examples/*.yaml"),
        ]
    )


def example_rulebook(example: Example, rulebook: Rulebook) -> Rulebook:
    """The rulebook with the rates that the example sets for its own division."""
    entries = []
    for name, written in example.rates.items():
        if name not in rulebook.rates.rates:
            raise PolicyError(
                "unknown_name", what=f"示例改写了不存在的费率 {name}", where=example.path, todo="检查拼写"
            )
        value = rate_value(rulebook.rates.rates[name], written, f"{example.path} {example.id} {name}")
        entries.append(
            RateEntry(
                name, example.division, ALWAYS, None, value, value, "示例", "示例", True, None, example.name
            )
        )
    return rulebook.with_rates(rulebook.rates.with_entries(entries)) if entries else rulebook


def example_household(example: Example, facts: FactCatalogue) -> Household:
    """The situation as the engine's integers; unknown fact names are refused."""
    members = [
        _facts({"birth_day": BORN_IF_SILENT, **written} if "birth_day" in facts else written, facts, example)
        for written in example.members
    ]
    shared = _facts(example.household, facts, example)
    return Household(example.id, example.division, example.settlement, shared, members)


def run_example(example: Example, rulebook: Rulebook) -> Outcome:
    """Calculate what the example asks about."""
    book = example_rulebook(example, rulebook)
    return evaluate(example_plan(example, book), example_household(example, book.facts))


def example_plan(example: Example, rulebook: Rulebook) -> Plan:
    """The plan for the names in `then`."""
    rows = [{key: value for key, value in example.then.items() if key != "members"}]
    rows += list(example.then.get("members") or [])
    return make_plan(rulebook, example.day, dict.fromkeys(name for row in rows for name in row))


def check_example(example: Example, rulebook: Rulebook) -> list[str]:
    """The differences between what the example says and what the rules give; empty when it holds."""
    outcome = run_example(example, rulebook)
    expected_members = list(example.then.get("members") or [])
    differences: list[str] = []
    for name, written in example.then.items():
        if name != "members":
            differences += _difference(outcome, name, None, written, outcome.values)
    for position, row in enumerate(expected_members):
        for name, written in (row or {}).items():
            differences += _difference(outcome, name, position, written, outcome.members[position])
    return differences


def _difference(
    outcome: Outcome, name: str, position: int | None, written: Any, values: Mapping[str, int]
) -> Iterator[str]:
    rule = outcome.plan.rulebook.versions[name][0]
    if (rule.level is Level.PERSON) != (position is not None):
        yield f"{name} 属于{'个人' if rule.level is Level.PERSON else '家庭'}，写错了位置"
        return
    wanted = value_of(rule.kind, rule.codes, written, name)
    if values[name] != wanted:
        whom = "" if position is None else f"第 {position + 1} 人 "
        yield f"{whom}{name}：应为 {shown(wanted, rule.kind, rule.codes)}，算得 {shown(values[name], rule.kind, rule.codes)}"


def shown(value: int, kind: Kind, codes: type[IntEnum] | None = None) -> str:
    """An engine value as a person writes it: yuan, percent, ISO day, official term."""
    if kind is Kind.FEN:
        return f"{'-' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}"
    if kind is Kind.BOOL:
        return "是" if value else "否"
    if kind is Kind.BP:
        return f"{value / 100:g}%"
    if kind is Kind.DAY:
        return f"{value // 10000:04d}-{value // 100 % 100:02d}-{value % 100:02d}" if value else "无"
    if kind is Kind.CODE and codes is not None:
        member = codes(value)
        return member.title if isinstance(member, code_sets.Code) else member.name
    return str(value)


def _facts(written: Mapping[str, Any], facts: FactCatalogue, example: Example) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in written.items():
        where = f"{example.path} {example.id} {name}"
        if name not in facts:
            raise PolicyError(
                "unknown_name", what=f"示例用了不存在的事实 {name}", where=where, todo="检查拼写"
            )
        fact = facts[name]
        if fact.monthly:
            result[name] = _months(fact, value, where)
        else:
            result[name] = value_of(fact.kind, fact.codes, value, where)
    return result


def _truth(written: Any) -> Any:
    """A month of a truth is written 0 or 1 to stay short; YAML without numbers gives text."""
    return int(written) if written in ("0", "1") else written


def _months(fact: Fact, written: Any, where: str) -> tuple[int, ...]:
    """Months as an example writes them: the latest last, earlier ones nothing, `?` where nobody has told."""
    if not isinstance(written, list) or len(written) > WINDOW:
        raise PolicyError(
            "value", what="逐月的事实写成不超过十二项的列表", where=where, todo="例如 [0, 8000, ?]"
        )
    told = [UNKNOWN if one == "?" else value_of(fact.kind, fact.codes, _truth(one), where) for one in written]
    return (0,) * (WINDOW - len(told)) + tuple(told)
