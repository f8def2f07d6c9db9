"""Only the changed households: fetched from the snapshot, calculated again, compared, and laid over the results."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.policy.areas import Areas
from anmin.policy.budgets import Budget
from anmin.policy.citywide import Results, calculate, fingerprint, write_broken
from anmin.policy.errors import PolicyError
from anmin.policy.facts import Fact
from anmin.policy.kernel import Kernel, rate_cube
from anmin.policy.plan import Plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import HOUSEHOLD_KEYS, Part, Snapshot, make_part, write_json


def rescreen(
    snapshot: Snapshot,
    previous: Results,
    kernel: Kernel,
    keys: Sequence[Any] | pa.Array,
    *,
    threads: int = 2,
    before: Snapshot | None = None,
) -> Results:
    """Calculate the households named by `keys` on a newer snapshot and lay them over earlier results.

    Leaves files beside the earlier ones (new household rows, new member rows, events, the broken) and then replaces
    the manifest in one step: before that step the earlier results stand, after it the new ones do. `before` is the
    snapshot of the earlier results; with it households may come, go, move and grow, and counts follow them.

    Raises:
        PolicyError: `other_plan` when the earlier results were made by other rules, rates or another day.
    """
    plan = kernel.plan
    if previous.manifest["fingerprint"] != fingerprint(plan):
        raise PolicyError(
            "other_plan",
            what="以前的结果是按另一套规则、费率或日期算的，不能只重算变动户",
            where=str(previous.folder),
            todo="运行一次全量 anmin screen",
        )
    wanted = keys if isinstance(keys, pa.Array) else pa.array(keys)
    part = fetch(snapshot, list(plan.facts), wanted, threads=threads)
    areas = Areas.of(plan, [(str(code), int(kind)) for code, kind in snapshot.manifest["areas"]])
    households, persons, budget = calculate(part, kernel, areas, rate_cube(plan, areas.rows))
    earlier, earlier_persons = _earlier(previous, "households", wanted), _earlier(previous, "persons", wanted)
    delta = f"delta-{len(previous.manifest['deltas']) + 1:05d}"
    folder = previous.folder
    pq.write_table(households, folder / f"households-{delta}.parquet")
    pq.write_table(persons, folder / f"persons-{delta}.parquet")
    pq.write_table(pa.table({"household": wanted}), folder / f"changed-{delta}.parquet")
    pq.write_table(changes(plan, earlier, households), folder / f"events-{delta}.parquet")
    sums = previous.budget - _budget_of(plan, earlier, earlier_persons) + _outputs_only(budget)
    if before is not None:
        there = fetch(before, [], wanted, threads=threads)
        sums = sums - Budget.of_part(plan, there, {}, {}) + Budget.of_part(plan, part, {}, {})
    broken = _broken(previous, wanted, part)
    write_broken(folder / f"broken-{delta}.parquet", broken)
    manifest = {
        **previous.manifest,
        "deltas": [*previous.manifest["deltas"], delta],
        "budget": sums.without_empty().as_json(),
        "snapshot": snapshot.folder.name,
        "households": snapshot.households,
        "persons": snapshot.persons,
        "broken": len(broken),
    }
    write_json(folder / "manifest.json", manifest)
    return Results.open(folder)


def _broken(previous: Results, keys: pa.Array, part: Part) -> list[tuple[Any, str]]:
    """Those of before that were not calculated again, and those that could not be calculated now."""
    before = previous.broken()
    still = before.filter(pc.invert(pc.is_in(before["household"], keys.cast(pa.string()))))
    places = pa.array(list(part.broken), type=pa.int64())
    names = part.keys.take(places).to_pylist() if part.broken else []
    return [
        *((row["household"], row["reason"]) for row in still.to_pylist()),
        *zip(names, part.broken.values(), strict=True),
    ]


def copied(previous: Results, folder: Path) -> Results:
    """The same results under another name, to lay others over: the same files linked, nothing copied."""
    folder.mkdir(parents=True)
    for path in previous.folder.iterdir():
        if path.name != "manifest.json" and not path.name.endswith(".writing"):
            os.link(path, folder / path.name)
    write_json(folder / "manifest.json", previous.manifest)
    return Results.open(folder)


def fetch(snapshot: Snapshot, facts: list[Fact], keys: pa.Array, *, threads: int = 2) -> Part:
    """The named households with their members as one part. Fast on a memory-mapped (Arrow) snapshot."""
    own = [fact for fact in facts if fact.level is Level.HOUSEHOLD]
    each = [fact for fact in facts if fact.level is Level.PERSON]
    have = snapshot.manifest["facts"]
    own_columns = [*HOUSEHOLD_KEYS, *[fact.name for fact in own if fact.name in have["household"]]]
    each_columns = [fact.name for fact in each if fact.name in have["person"]]

    def from_part(number: int) -> tuple[pa.Table, pa.Table]:
        all_households = snapshot.household_table(number, own_columns)
        at = np.flatnonzero(pc.is_in(all_households["household"], keys).to_numpy())
        counts = all_households["members"].to_numpy().astype(np.int64)
        ends = np.cumsum(counts)
        rows = _ranges(ends[at] - counts[at], counts[at])
        people = snapshot.person_table(number, each_columns).take(pa.array(rows))
        return all_households.take(pa.array(at)), people

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(from_part, range(snapshot.parts)))
    households = pa.concat_tables([row[0] for row in found]).unify_dictionaries().combine_chunks()
    persons = pa.concat_tables([row[1] for row in found]).combine_chunks()
    expected = len(persons) if each_columns else int(pc.sum(households["members"]).as_py() or 0)
    return make_part(households, persons, expected, own, each)


def _ranges(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The positions starts[i] … starts[i]+lengths[i]-1 of all i, one after another."""
    if not len(lengths):
        return np.empty(0, dtype=np.int64)
    offsets = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.arange(int(lengths.sum())) + offsets


def _earlier(previous: Results, kind: str, keys: pa.Array) -> pa.Table:
    tables = [table.filter(pc.is_in(table["household"], keys)) for table in previous.tables(kind)]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def changes(plan: Plan, before: pa.Table, after: pa.Table) -> pa.Table:
    """What changed: one row per household whose values differ, with the value before and after of each output."""
    names = [rule.name for rule in plan.rules if rule.name in plan.outputs and rule.level is Level.HOUSEHOLD]
    left = before.select(["household", *names]).rename_columns(
        ["household", *[f"{name}_before" for name in names]]
    )
    right = after.select(["household", *names]).rename_columns(
        ["household", *[f"{name}_after" for name in names]]
    )
    joined = left.join(right, "household", join_type="full outer")
    differs = None
    columns: dict[str, pa.ChunkedArray] = {"household": joined["household"]}
    for name in names:
        old = joined[f"{name}_before"].fill_null(0)
        new = joined[f"{name}_after"].fill_null(0)
        columns[f"{name}_before"], columns[f"{name}_after"] = old, new
        changed = pc.not_equal(old, new)
        differs = changed if differs is None else pc.or_(differs, changed)
    table = pa.table(columns)
    return table if differs is None else table.filter(differs)


def _budget_of(plan: Plan, households: pa.Table, persons: pa.Table) -> Budget:
    """The sums of stored rows, for taking them off."""
    if not len(households):
        return Budget({})
    order = pc.index_in(persons["household"], households["household"].combine_chunks())
    sizes = (
        np.bincount(order.to_numpy(), minlength=len(households))
        if len(persons)
        else np.zeros(len(households))
    )
    persons = persons.take(pc.sort_indices(order)) if len(persons) else persons
    divisions = households["division"].combine_chunks()
    part = Part(
        keys=households["household"],
        divisions=divisions if pa.types.is_dictionary(divisions.type) else pc.dictionary_encode(divisions),
        settlements=households["settlement"].to_numpy(),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        columns={},
    )
    levels = {rule.name: rule.level for rule in plan.rules}
    names = [name for name in plan.outputs if name in levels]
    own = {name: households[name].to_numpy() for name in names if levels[name] is Level.HOUSEHOLD}
    each = {name: persons[name].to_numpy() for name in names if levels[name] is Level.PERSON}
    return _outputs_only(Budget.of_part(plan, part, own, each))


def _outputs_only(budget: Budget) -> Budget:
    """Without the counts of all households and persons, which an incremental run does not change."""
    skip = {"households", "persons"}
    return Budget(
        {code: {n: cell for n, cell in row.items() if n not in skip} for code, row in budget.cells.items()}
    )
