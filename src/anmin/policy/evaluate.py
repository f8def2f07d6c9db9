"""One household, calculated by calling the rules as they are; every call leaves a finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from anmin.policy.errors import PolicyError
from anmin.policy.facts import Fact
from anmin.policy.plan import ON, Plan
from anmin.policy.rates import RateEntry, Value
from anmin.policy.rules import Level, Rule


@dataclass(frozen=True)
class Household:
    """A household as rules see it: where it lives, by which rate, and the facts of it and its members.

    `settlement` is 0 urban, 1 rural. Fact values are integers in the engine's units.
    """

    key: str
    division: str
    settlement: int
    facts: Mapping[str, int]
    members: Sequence[Mapping[str, int]]
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Finding:
    """One judgment: the rule that was called, on whom, with what, and what came out.

    `member` is the position in the household, or None for the household. `inputs` are the arguments as used.
    """

    rule: Rule
    member: int | None
    inputs: Mapping[str, Any]
    result: int


@dataclass(frozen=True)
class Outcome:
    """All values of one household on one day, and how each came about."""

    plan: Plan
    household: Household
    rates: Mapping[str, RateEntry]
    values: Mapping[str, int]
    members: Sequence[Mapping[str, int]]
    findings: Sequence[Finding] = field(default_factory=tuple)

    def finding(self, name: str, member: int | None = None) -> Finding:
        """The judgment that gave a value."""
        for row in self.findings:
            if row.rule.name == name and row.member == member:
                return row
        raise KeyError(name)


Settled = Mapping[tuple[str, int | None], int]
"""Values that are taken as they are instead of being calculated, by rule and member (None: the household)."""


def evaluate(
    plan: Plan, household: Household, *, findings: bool = True, settled: Settled | None = None
) -> Outcome:
    """Calculate one household; what a decision in force says is `settled`.

    Raises:
        PolicyError: `rate_missing` or `fact_missing`, naming the household, the fact and the member.
    """
    entries = plan.rates_in(household.division)
    rates: dict[str, Value] = {name: entry.value(household.settlement) for name, entry in entries.items()}
    shared: dict[str, Any] = {ON: plan.day, **rates}
    _fill(shared, plan.facts_of(Level.HOUSEHOLD), household.facts, household.key)
    members: list[dict[str, Any]] = [{} for _ in household.members]
    person_facts = plan.facts_of(Level.PERSON)
    for position, (values, given) in enumerate(zip(members, household.members, strict=True)):
        _fill(values, person_facts, given, f"{household.key} 第 {position + 1} 人")
    found: list[Finding] | None = [] if findings else None
    for rule in plan.rules:
        if rule.level is Level.HOUSEHOLD:
            _call(rule, None, shared, members, found, settled)
        else:
            for position in range(len(members)):
                _call(rule, position, shared, members, found, settled)
    return Outcome(plan, household, entries, shared, members, tuple(found or ()))


def _fill(values: dict[str, Any], facts: Sequence[Fact], given: Mapping[str, int], where: str) -> None:
    for fact in facts:
        value = fact.as_given(given[fact.name]) if fact.name in given else fact.silence
        if value is None:
            raise PolicyError(
                "fact_missing",
                what=f"缺少事实“{fact.title}”（{fact.name}）",
                where=where,
                todo=f"向{fact.source}核对后补录",
            )
        values[fact.name] = value


def _call(
    rule: Rule,
    member: int | None,
    shared: dict[str, Any],
    members: Sequence[dict[str, Any]],
    found: list[Finding] | None,
    settled: Settled | None,
) -> None:
    own = shared if member is None else members[member]
    inputs: dict[str, Any] = {}
    for parameter in rule.parameters:
        name = parameter.name
        if parameter.each:
            inputs[name] = tuple([values[name] for values in members])
        else:
            inputs[name] = own[name] if name in own else shared[name]
    result = (settled or {}).get((rule.name, member))
    if result is None:
        result = int(rule.function(**inputs))
    own[rule.name] = result
    if found is not None:
        found.append(Finding(rule, member, inputs, result))
