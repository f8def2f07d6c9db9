"""What if: many variants of the rates in one pass over the population, compared with today's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from anmin.lib.divisions import is_within
from anmin.policy.areas import Areas
from anmin.policy.citywide import THREADS
from anmin.policy.codes import Rounding
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.kernel import Kernel, build_kernel, rate_cube
from anmin.policy.loops import GAIN, GAIN_FEN, LOSS, LOSS_FEN
from anmin.policy.plan import Plan, make_plan
from anmin.policy.rates import NATION, RateEntry, Value
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot
from anmin.policy.vocabulary import round_money


@dataclass(frozen=True)
class Change:
    """One change to a rate: to a value, by an amount, or by a percentage, in a division and all below it."""

    rate: str
    division: str = NATION
    value: str | None = None
    add: str | None = None
    percent: str | None = None
    rounding: Rounding = Rounding.CENT


@dataclass(frozen=True)
class Scenario:
    """A named set of changes; no changes means today's rates."""

    name: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Effect:
    """One scenario in one county (or in all, `division` empty), against the first scenario. Money in fen.

    `sums` holds the sum of each output; `count` of households calculated is not part of it.
    """

    scenario: str
    division: str
    sums: Mapping[str, int]
    gainers: int
    losers: int
    gained: int
    lost: int


@dataclass(frozen=True)
class Simulation:
    """All effects of a run; the first scenario is the yardstick."""

    measure: str
    day: date
    scenarios: tuple[Scenario, ...]
    effects: tuple[Effect, ...]

    def of(self, scenario: str, division: str = "") -> Effect:
        """The effect of a scenario in a county, or overall."""
        return next(row for row in self.effects if (row.scenario, row.division) == (scenario, division))


def read_scenarios(path: Path) -> tuple[list[Scenario], dict[str, Any]]:
    """Read a scenario file (TOML); returns the scenarios and the file's other settings.

    Raises:
        PolicyError: `scenario`, naming the file and what is wrong.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        scenarios = [scenario_of(row) for row in content.pop("scenario")]
    except FileNotFoundError as trouble:
        raise PolicyError("scenario", what="找不到方案文件", where=str(path), todo="检查路径") from trouble
    except (KeyError, TypeError, ValueError) as trouble:
        raise PolicyError(
            "scenario",
            what=f"方案文件写得不对：{trouble!r}",
            where=str(path),
            todo="对照 docs/howto/simulate.md 的例子",
        ) from trouble
    return scenarios, content


def scenario_of(row: Mapping[str, Any]) -> Scenario:
    """A scenario from plain values: `name`, and `change` rows with `rate` and one of `value add percent`."""
    changes = []
    for change in row.get("change", []):
        given = {key: str(change[key]) for key in ("value", "add", "percent") if key in change}
        if len(given) != 1:
            raise ValueError(f"{change.get('rate')}: value、add、percent 必须且只能写一个")
        rounding = Rounding[change.get("round", "CENT")]
        changes.append(
            Change(change["rate"], str(change.get("division", NATION)), rounding=rounding, **given)
        )
    return Scenario(str(row["name"]), tuple(changes))


def changed_rulebook(rulebook: Rulebook, scenario: Scenario, on: date) -> Rulebook:
    """The rulebook with the scenario's rates in force from the day on.

    Raises:
        PolicyError: `unknown_name` for a rate that does not exist, `scenario` for one that cannot change so.
    """
    rates = rulebook.rates
    for change in scenario.changes:
        if change.rate not in rates.rates or not rates.rates[change.rate].kind.is_number:
            raise PolicyError(
                "unknown_name",
                what=f"方案“{scenario.name}”要改的费率 {change.rate} 不存在或不是一个数",
                todo="检查拼写",
            )
        places = [
            division
            for name, division in rates.entries
            if name == change.rate and (division == change.division or is_within(division, change.division))
        ]
        found = [rates.find(change.rate, place, on) for place in places]
        rows = [row for row in found if row is not None]
        if not any(row.division == change.division for row in rows):
            inherited = rates.find(change.rate, change.division, on)
            rows += [replace(inherited, division=change.division)] if inherited else []
        if not rows:
            raise PolicyError(
                "scenario",
                what=f"{change.division} 在 {on} 没有费率 {change.rate}，无从改起",
                where=scenario.name,
                todo="换一个区划或日期",
            )
        rates = rates.with_entries([_changed(row, change, rulebook) for row in rows])
    return rulebook.with_rates(rates)


def _changed(row: RateEntry, change: Change, rulebook: Rulebook) -> RateEntry:
    scale = {"fen": 100, "bp": 10_000}.get(rulebook.rates.rates[change.rate].kind.value, 1)

    def new(old: Value) -> Value:
        assert isinstance(old, int)
        try:
            if change.value is not None:
                exact = Decimal(change.value) * scale
            elif change.add is not None:
                exact = old + Decimal(change.add) * scale
            else:
                exact = old * (100 + Decimal(change.percent or "0")) / 100
        except InvalidOperation as trouble:
            raise PolicyError(
                "scenario", what=f"“{change}”里的数字无法读取", todo="写成 5 或 0.5"
            ) from trouble
        whole = int(exact.to_integral_value(ROUND_HALF_UP))
        return round_money(whole, int(change.rounding))

    since = date(1900, 1, 1)
    return replace(
        row, urban=new(row.urban), rural=new(row.rural), first_day=since, last_day=None, source="模拟方案"
    )


def simulate(
    snapshot: Snapshot,
    rulebook: Rulebook,
    scenarios: Sequence[Scenario],
    *,
    on: date,
    measure: str,
    outputs: Sequence[str] = (),
    cache: Path,
    threads: int = THREADS,
    progress: Progress | None = None,
) -> Simulation:
    """Run scenarios over a snapshot. The first is the yardstick that gainers and losers are counted against.

    `measure` is a household amount; `outputs` are further rules to be summed.
    """
    names = [measure, *[name for name in outputs if name != measure]]
    plans = [make_plan(changed_rulebook(rulebook, scenario, on), on, names) for scenario in scenarios]
    if plans[0].level(measure) is not Level.HOUSEHOLD:
        raise PolicyError(
            "scenario", what=f"比较用的指标 {measure} 必须是家庭金额", todo="例如 household_aid_month"
        )
    varying = frozenset(change.rate for scenario in scenarios for change in scenario.changes)
    kernel = build_kernel(plans[0], cache, progress=progress, varying=varying)
    pairs = [(str(code), int(kind)) for code, kind in snapshot.manifest["areas"]]
    areas = Areas.of(plans[0], pairs, by_county=True)
    cube = rate_cube(plans[0], areas.rows, plans)
    shape = (len(scenarios), len(areas.rows))
    sums = np.zeros((*shape, len(kernel.layout.outputs)), dtype=np.int64)
    changes = np.zeros((*shape, 4), dtype=np.int64)

    def one(number: int) -> tuple[np.ndarray, np.ndarray]:
        part = snapshot.part(number, list(kernel.plan.facts))
        own = {"sums": np.zeros_like(sums), "changes": np.zeros_like(changes)}
        run_scenarios(kernel, part.starts, areas.of_part(part), part.columns, cube, own)
        return own["sums"], own["changes"]

    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(one, number) for number in range(snapshot.parts)]
        for done, future in enumerate(as_completed(futures), start=1):
            part_sums, part_changes = future.result()
            sums += part_sums
            changes += part_changes
            if progress:
                progress("模拟", done, snapshot.parts)
    effects = tuple(_effects(kernel, scenarios, areas, sums, changes))
    return Simulation(measure, on, tuple(scenarios), effects)


def run_scenarios(
    kernel: Kernel,
    starts: np.ndarray,
    rows: np.ndarray,
    columns: Mapping[str, np.ndarray],
    cube: Any,
    own: Any,
) -> None:
    """One part through the scenario form of the kernel; adds to the arrays in `own`."""
    largest = int(np.diff(starts).max()) if len(starts) > 1 else 1
    kernel.function(
        starts,
        rows,
        np.int64(kernel.plan.day),
        np.int64(max(largest, 1)),
        cube.numbers,
        *[cube.tables[name] for name in kernel.layout.tables],
        *[columns[name] for name in kernel.layout.facts],
        own["sums"],
        own["changes"],
    )


def _effects(
    kernel: Kernel, scenarios: Sequence[Scenario], areas: Areas, sums: np.ndarray, changes: np.ndarray
) -> list[Effect]:
    counties = sorted({place for place, _ in areas.rows})
    result = []
    for number, scenario in enumerate(scenarios):
        for county in ["", *counties]:
            rows = [at for at, (place, _) in enumerate(areas.rows) if county in ("", place)]
            total, change = sums[number, rows].sum(axis=0), changes[number, rows].sum(axis=0)
            result.append(
                Effect(
                    scenario=scenario.name,
                    division=county,
                    sums={name: int(value) for name, value in zip(kernel.layout.outputs, total, strict=True)},
                    gainers=int(change[GAIN]),
                    losers=int(change[LOSS]),
                    gained=int(change[GAIN_FEN]),
                    lost=int(change[LOSS_FEN]),
                )
            )
    return result


@dataclass(frozen=True)
class CurvePoint:
    """What a household has at one level of a member's income: the aid, and income and aid together, a month."""

    income_month: int
    aid: int
    together: int


def income_curve(
    plan: Plan, household: Household, measure: str, *, fact: str, member: int = 0, months: Sequence[int]
) -> list[CurvePoint]:
    """Aid along a range of a member's income. `months` are monthly incomes in fen; `fact` is a yearly amount."""
    points = []
    for income in months:
        members = [dict(row) for row in household.members]
        members[member][fact] = income * 12
        outcome = evaluate(plan, replace(household, members=members), findings=False)
        aid = outcome.values[measure]
        points.append(CurvePoint(income, aid, income + aid))
    return points


def cliffs(points: Sequence[CurvePoint]) -> list[tuple[CurvePoint, CurvePoint]]:
    """Where earning more leaves the household with less: the points before and after each fall."""
    return [
        (before, after)
        for before, after in zip(points, points[1:], strict=False)
        if after.income_month > before.income_month and after.together < before.together
    ]
