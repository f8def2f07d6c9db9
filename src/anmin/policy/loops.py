"""The text of the loop that calls a plan's rules household by household, member by member.

A household's values live in local variables and a small scratch row, so hops between persons and household
cost nothing. The scenario form computes what no changed rate touches once, and the rest once per scenario.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from anmin.policy.plan import ON, Plan
from anmin.policy.rules import Level, Parameter, Rule
from anmin.policy.types import Kind

RULE_PREFIX = "rule_"
GAIN, LOSS, GAIN_FEN, LOSS_FEN = range(4)
"""Columns of the comparison with the first scenario: households better and worse off, and by how much."""


@dataclass(frozen=True)
class Layout:
    """The order in which a kernel takes its arrays, and the stage of each rule."""

    numbers: tuple[str, ...]
    tables: tuple[str, ...]
    facts: tuple[str, ...]
    outputs: tuple[str, ...]
    stages: Mapping[str, int]

    @classmethod
    def of(cls, plan: Plan) -> Layout:
        """Derive the layout from a plan."""
        rules = {rule.name for rule in plan.rules}
        return cls(
            numbers=tuple(rate.name for rate in plan.rates if rate.kind.is_number),
            tables=tuple(rate.name for rate in plan.rates if not rate.kind.is_number),
            facts=tuple(fact.name for fact in plan.facts),
            outputs=tuple(name for name in plan.outputs if name in rules),
            stages=_stages(plan),
        )


def _stages(plan: Plan) -> dict[str, int]:
    """Household rules of a stage come before its loop over members; `Each` needs the loop before."""
    stages: dict[str, int] = {}
    for rule in plan.rules:
        needs = [0]
        for parameter in rule.parameters:
            if parameter.name in stages:
                needs.append(stages[parameter.name] + (1 if parameter.each else 0))
        stages[rule.name] = max(needs)
    return stages


def stored_as_byte(kind: Kind) -> bool:
    """Truth values and codes take one byte in scratch and output arrays, all else eight."""
    return kind in (Kind.BOOL, Kind.CODE)


def loop_source(
    plan: Plan, layout: Layout, imports: Mapping[str, str], varying: frozenset[str] | None
) -> str:
    """The kernel's Python text: plain form for `varying` None, else the scenario form."""
    return "\n".join(_Writer(plan, layout, varying).lines(imports)) + "\n"


class _Writer:
    """Writes one kernel."""

    def __init__(self, plan: Plan, layout: Layout, varying: frozenset[str] | None) -> None:
        self.plan, self.layout, self.scenarios = plan, layout, varying is not None
        self.rules = {rule.name: rule for rule in plan.rules}
        self.facts = {fact.name: fact for fact in plan.facts}
        self.tables = set(layout.tables)
        self.moving = self._moving(varying or frozenset())
        self.scratch = self._scratch()

    def _moving(self, varying: frozenset[str]) -> set[str]:
        """Rules that must be computed anew in each scenario: what a changed rate reaches, and the outputs."""
        if not self.scenarios:
            return set()
        moving = set(varying)
        for rule in self.plan.rules:
            if rule.name in self.layout.outputs or any(
                parameter.name in moving for parameter in rule.parameters
            ):
                moving.add(rule.name)
        return moving

    def _place(self, rule: Rule) -> tuple[bool, int]:
        return rule.name in self.moving, self.layout.stages[rule.name]

    def _scratch(self) -> dict[str, Rule]:
        """Person values that outlive the loop that makes them."""
        kept: dict[str, Rule] = {}
        for reader in self.plan.rules:
            for parameter in reader.parameters:
                rule = self.rules.get(parameter.name)
                if rule is None or rule.level is not Level.PERSON:
                    continue
                if parameter.each or self._place(rule) != self._place(reader):
                    kept[rule.name] = rule
        return kept

    def lines(self, imports: Mapping[str, str]) -> Iterator[str]:
        """The whole module."""
        yield "import numpy as np\nfrom numba import int64, njit"
        for name, module in imports.items():
            yield f"from {module} import rule as {RULE_PREFIX}{name}"
        yield '\n\n@njit(nogil=True, error_model="numpy", cache=True)'
        results = ["sums", "changes"] if self.scenarios else [f"o_{name}" for name in self.layout.outputs]
        arguments = [
            *("starts", "areas", ON, "largest", "numbers"),
            *(f"t_{name}" for name in self.layout.tables),
            *(f"c_{name}" for name in self.layout.facts),
            *results,
        ]
        yield f"def loop({', '.join(arguments)}):"
        for name, rule in self.scratch.items():
            yield f"    s_{name} = np.empty(largest, np.{'uint8' if stored_as_byte(rule.kind) else 'int64'})"
        yield "    for h in range(len(starts) - 1):"
        yield "        a = areas[h]"
        yield "        first = starts[h]"
        yield "        n = starts[h + 1] - first"
        yield "        if a < 0:"
        yield from self._blank("            ")
        yield "            continue"
        for name, fact in self.facts.items():
            if fact.level is Level.HOUSEHOLD and not fact.monthly:
                yield f"        f_{name} = {self._read(fact.kind, f'c_{name}[h]')}"
        if self.scenarios:
            yield from self._rates("0", "        ")
            yield from self._stage_lines(False, "        ")
            yield "        base = int64(0)"
            yield "        for s in range(numbers.shape[0]):"
            yield from self._rates("s", "            ")
            yield from self._stage_lines(True, "            ")
            yield from self._compare("            ")
        else:
            yield from self._rates("0", "        ")
            yield from self._stage_lines(False, "        ")

    def _blank(self, indent: str) -> Iterator[str]:
        """A household that cannot be calculated gets zeros; it is reported beside the results."""
        if self.scenarios:
            return
        for name in self.layout.outputs:
            if self.rules[name].level is Level.HOUSEHOLD:
                yield f"{indent}o_{name}[h] = 0"
            else:
                yield f"{indent}o_{name}[first : first + n] = 0"

    def _rates(self, layer: str, indent: str) -> Iterator[str]:
        for position, name in enumerate(self.layout.numbers):
            yield f"{indent}r_{name} = numbers[{layer}, a, {position}]"
        for name in self.layout.tables:
            yield f"{indent}r_{name} = t_{name}[{layer}, a]"

    def _stage_lines(self, moving: bool, indent: str) -> Iterator[str]:
        chosen = [rule for rule in self.plan.rules if (rule.name in self.moving) == moving]
        for stage in sorted({self.layout.stages[rule.name] for rule in chosen}):
            here = [rule for rule in chosen if self.layout.stages[rule.name] == stage]
            yield from self._household_lines([rule for rule in here if rule.level is Level.HOUSEHOLD], indent)
            yield from self._person_lines([rule for rule in here if rule.level is Level.PERSON], indent)

    def _household_lines(self, rules: list[Rule], indent: str) -> Iterator[str]:
        for rule in rules:
            yield f"{indent}v_{rule.name} = {self._call(rule)}"
            if rule.name in self.layout.outputs:
                yield f"{indent}{self._output(rule, 'h', f'v_{rule.name}')}"

    def _person_lines(self, rules: list[Rule], indent: str) -> Iterator[str]:
        if not rules:
            return
        yield f"{indent}for i in range(n):"
        yield f"{indent}    p = first + i"
        for rule in rules:
            yield f"{indent}    w_{rule.name} = {self._call(rule)}"
            if rule.name in self.scratch:
                yield f"{indent}    s_{rule.name}[i] = w_{rule.name}"
            if rule.name in self.layout.outputs:
                yield f"{indent}    {self._output(rule, 'p', f'w_{rule.name}')}"

    def _output(self, rule: Rule, position: str, value: str) -> str:
        if self.scenarios:
            return f"sums[s, a, {self.layout.outputs.index(rule.name)}] += {value}"
        return f"o_{rule.name}[{position}] = {value}"

    def _compare(self, indent: str) -> Iterator[str]:
        measure = self.layout.outputs[0]
        yield f"{indent}value = int64(v_{measure})"
        yield f"{indent}if s == 0:"
        yield f"{indent}    base = value"
        yield f"{indent}elif value > base:"
        yield f"{indent}    changes[s, a, {GAIN}] += 1"
        yield f"{indent}    changes[s, a, {GAIN_FEN}] += value - base"
        yield f"{indent}elif value < base:"
        yield f"{indent}    changes[s, a, {LOSS}] += 1"
        yield f"{indent}    changes[s, a, {LOSS_FEN}] += base - value"

    def _call(self, rule: Rule) -> str:
        arguments = ", ".join(self._argument(rule, parameter) for parameter in rule.parameters)
        return f"{'bool' if rule.kind is Kind.BOOL else 'int64'}({RULE_PREFIX}{rule.name}({arguments}))"

    def _argument(self, reader: Rule, parameter: Parameter) -> str:
        name, kind = parameter.name, parameter.kind
        if name == ON:
            return ON
        if name in self.tables:
            return f"r_{name}"
        if name in self.facts:
            if parameter.months:
                return f"c_{name}[{'h' if self.facts[name].level is Level.HOUSEHOLD else 'p'}]"
            if parameter.each:
                return f"c_{name}[first : first + n]"
            if self.facts[name].level is Level.HOUSEHOLD:
                return self._typed(kind, f"f_{name}", self.facts[name].kind)
            return self._read(kind, f"c_{name}[p]")
        if name not in self.rules:
            return self._read(kind, f"r_{name}")
        source = self.rules[name]
        if parameter.each:
            return f"s_{name}[:n]"
        if source.level is Level.HOUSEHOLD:
            return self._typed(kind, f"v_{name}", source.kind)
        if self._place(source) == self._place(reader):
            return self._typed(kind, f"w_{name}", source.kind)
        return self._read(kind, f"s_{name}[i]")

    def _read(self, kind: Kind, text: str) -> str:
        return f"({text} != 0)" if kind is Kind.BOOL else f"int64({text})"

    def _typed(self, wanted: Kind, text: str, given: Kind) -> str:
        return text if wanted is given else self._read(wanted, text)
