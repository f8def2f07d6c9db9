"""A city in one pass: the plan's rules called from one generated loop over households, in machine code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import from_dtype
from numba import types as nt

from anmin.policy.compiling import Progress, compile_rule, rule_module, stored_module
from anmin.policy.facts import Fact
from anmin.policy.loops import Layout, loop_source, stored_as_byte
from anmin.policy.plan import Plan
from anmin.policy.rules import Level, Parameter
from anmin.policy.types import Kind

DTYPES: dict[Kind, Any] = {
    Kind.FEN: np.int64,
    Kind.BP: np.int32,
    Kind.DAY: np.int32,
    Kind.INT: np.int32,
    Kind.BOOL: np.uint8,
    Kind.CODE: np.uint8,
}
"""How a fact is stored in a snapshot column."""


def column_dtype(fact: Fact) -> Any:
    """The numpy type of a fact's snapshot column."""
    if fact.monthly and fact.kind is Kind.BOOL:
        return np.int8
    return DTYPES[fact.kind]


@dataclass(frozen=True)
class Kernel:
    """A compiled plan. `varying` names the rates that differ between scenarios (none for a plain run)."""

    plan: Plan
    layout: Layout
    function: Any

    def run(
        self,
        starts: np.ndarray,
        areas: np.ndarray,
        columns: Mapping[str, np.ndarray],
        rates: RateCube,
        out: Mapping[str, np.ndarray],
    ) -> None:
        """Calculate one part.

        `starts` has one more entry than there are households: the members of household h are the persons
        from starts[h] to starts[h+1]. `areas` gives each household's row in the rate cube. `columns` holds
        the facts by name, `out` the arrays to fill by output name (persons or households long).
        """
        largest = int(np.diff(starts).max()) if len(starts) > 1 else 0
        self.function(
            starts,
            areas,
            np.int64(self.plan.day),
            np.int64(max(largest, 1)),
            rates.numbers,
            *[rates.tables[name] for name in self.layout.tables],
            *[columns[name] for name in self.layout.facts],
            *[out[name] for name in self.layout.outputs],
        )

    def outputs(self, persons: int, households: int) -> dict[str, np.ndarray]:
        """Empty output arrays for a part, one per output of the plan."""
        rules = {rule.name: rule for rule in self.plan.rules}
        return {
            name: np.empty(
                persons if rules[name].level is Level.PERSON else households,
                dtype=_result_dtype(rules[name].kind),
            )
            for name in self.layout.outputs
        }


@dataclass(frozen=True)
class RateCube:
    """Rates as arrays: `numbers` [scenario, area, rate], each table [scenario, area, row, 2]."""

    numbers: np.ndarray
    tables: Mapping[str, np.ndarray]


def rate_cube(plan: Plan, areas: Sequence[tuple[str, int]], plans: Sequence[Plan] = ()) -> RateCube:
    """The rates of a plan for each area (division, settlement), with one layer per scenario plan.

    Raises:
        PolicyError: `rate_missing` for the first area without a value.
    """
    layers = list(plans) or [plan]
    numbers = [rate.name for rate in plan.rates if rate.kind.is_number]
    tables = [rate.name for rate in plan.rates if not rate.kind.is_number]
    cube = np.zeros((len(layers), len(areas), len(numbers)), dtype=np.int64)
    rows: dict[str, list[list[Any]]] = {name: [[() for _ in areas] for _ in layers] for name in tables}
    for layer, layered in enumerate(layers):
        for place, (division, settlement) in enumerate(areas):
            entries = layered.rates_in(division)
            cube[layer, place] = [entries[name].value(settlement) for name in numbers]
            for name in tables:
                rows[name][layer][place] = entries[name].value(settlement)
    return RateCube(cube, {name: _table_array(values) for name, values in rows.items()})


def _table_array(values: list[list[Any]]) -> np.ndarray:
    """Tables of different length in one block: short ones repeat their last row, which changes no look-up."""
    longest = max((len(table) for layer in values for table in layer), default=0) or 1
    block = np.zeros((len(values), len(values[0]), longest, 2), dtype=np.int64)
    for layer, row in enumerate(values):
        for place, table in enumerate(row):
            padded = [*table, *[table[-1] if table else (0, 0)] * (longest - len(table))]
            block[layer, place] = padded
    return block


def build_kernel(
    plan: Plan, cache: Path, *, progress: Progress | None = None, varying: frozenset[str] | None = None
) -> Kernel:
    """Compile a plan, or load it from the cache directory.

    `varying` (rate names) builds the scenario form, in which what does not depend on them is computed once.

    Raises:
        PolicyError: `not_compilable`, naming the rule.
    """
    layout = Layout.of(plan)
    modules = {rule.name: rule_module(rule, cache) for rule in plan.rules}
    imports = {name: module.__name__ for name, (module, _) in modules.items()}
    text = loop_source(plan, layout, imports, varying)
    kernel = stored_module(cache, "kernel" if varying is None else "scenarios", text)
    if not _is_cached(cache, kernel.__name__):
        for number, rule in enumerate(plan.rules):
            if progress:
                progress(f"编译规则 {rule.title}", number, len(plan.rules) + 1)
            signature = tuple(_argument(plan, parameter) for parameter in rule.parameters)
            compile_rule(rule, modules[rule.name][1], signature)
        if progress:
            progress("连接全部规则", len(plan.rules), len(plan.rules) + 1)
    kernel.loop.compile(_loop_signature(plan, layout, varying))
    if progress:
        progress("规则就绪", len(plan.rules) + 1, len(plan.rules) + 1)
    return Kernel(plan, layout, kernel.loop)


def _is_cached(cache: Path, name: str) -> bool:
    return any((cache / "__pycache__").glob(f"{name}.*.nbi"))


def _argument(plan: Plan, parameter: Parameter) -> Any:
    fact = plan.rulebook.facts.get(parameter.name)
    if fact is not None and fact.monthly:
        return nt.Array(from_dtype(np.dtype(column_dtype(fact))), 1, "C", readonly=True)
    if parameter.each:
        if fact is not None:
            return nt.Array(from_dtype(np.dtype(column_dtype(fact))), 1, "C", readonly=True)
        rule = plan.rulebook.versions[parameter.name][0]
        return nt.Array(from_dtype(np.dtype(_result_dtype(rule.kind))), 1, "C")
    if parameter.kind is Kind.TABLE:
        return nt.Array(nt.int64, 2, "C", readonly=True)
    return nt.boolean if parameter.kind is Kind.BOOL else nt.int64


def _loop_signature(plan: Plan, layout: Layout, varying: frozenset[str] | None) -> tuple[Any, ...]:
    def column(dtype: Any, dimensions: int = 1) -> Any:
        return nt.Array(from_dtype(np.dtype(dtype)), dimensions, "C", readonly=True)

    def of_fact(fact: Fact) -> Any:
        return column(column_dtype(fact), 2 if fact.monthly else 1)

    kinds = {rule.name: rule.kind for rule in plan.rules}
    results = [nt.Array(from_dtype(np.dtype(_result_dtype(kinds[name]))), 1, "C") for name in layout.outputs]
    return (
        column(np.int64),
        column(np.int32),
        nt.int64,
        nt.int64,
        nt.Array(nt.int64, 3, "C", readonly=True),
        *[nt.Array(nt.int64, 4, "C", readonly=True) for _ in layout.tables],
        *[of_fact(plan.rulebook.facts[name]) for name in layout.facts],
        *(results if varying is None else [nt.Array(nt.int64, 3, "C")] * 2),
    )


def _result_dtype(kind: Kind) -> Any:
    return np.uint8 if stored_as_byte(kind) else np.int64
