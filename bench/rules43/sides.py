"""The three sides that run in this process, over one population: Anmin, the hand-written kernel, DuckDB."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import duckdb
import numpy as np

from anmin.policy.kernel import Kernel
from anmin.policy.snapshots import Snapshot
from bench.options import Options
from bench.rules43 import anmin_side, duckdb_side, hand_kernel
from bench.rules43.parameters import CITIES, DISTRICTS
from bench.rules43.population import population

Values = dict[str, np.ndarray]


@dataclass
class Sides:
    """Everything loaded. `values` keeps the last results of each side, so that memory is used again."""

    snapshot: Snapshot
    kernel: Kernel
    columns: anmin_side.Columns
    cities: np.ndarray
    values: dict[str, Values] = field(default_factory=dict)

    @classmethod
    def load(cls, options: Options, persons: int) -> Sides:
        """Make or open the population, compile the rules, read the columns."""
        snapshot = population(options.home, persons, part=options.part)
        plan = anmin_side.plan_of(anmin_side.rulebook())
        kernel = anmin_side.kernel_of(plan, options.home)
        parts = [snapshot.part(number, []).divisions for number in range(snapshot.parts)]
        # The population's dictionary holds all districts in their order.
        districts = np.concatenate([part.indices.to_numpy() for part in parts])
        cities = (districts // (len(DISTRICTS) // len(CITIES))).astype(np.int32)
        return cls(snapshot, kernel, anmin_side.Columns.load(snapshot, plan), cities)

    def anmin(self, threads: int) -> float:
        """Seconds of one run of the engine's kernel, arrays for the results included."""
        self.values.pop("anmin", None)
        start = perf_counter()
        self.values["anmin"] = anmin_side.compute(self.kernel, self.columns, threads)
        return perf_counter() - start

    def hand(self, threads: int) -> float:
        """Seconds of one run of the hand-written kernel, arrays for the results included."""
        self.values.pop("hand", None)
        start = perf_counter()
        columns = self.columns
        self.values["hand"] = hand_kernel.compute(columns.starts, self.cities, columns.facts, threads)
        return perf_counter() - start

    def duckdb(self, in_memory: bool) -> tuple[duckdb.DuckDBPyConnection, partial[float]]:
        """A connection over the population, and its side: from tables to result tables."""
        connection = duckdb_side.connected()
        (duckdb_side.load if in_memory else duckdb_side.attach)(connection, self.snapshot.folder)

        def side() -> float:
            start = perf_counter()
            duckdb_side.compute(connection)
            return perf_counter() - start

        return connection, partial(side)


def differences(one: Values, other: Values) -> dict[str, int]:
    """How many rows differ, by output; outputs of different length differ in every row."""
    return {
        name: int((values != other[name]).sum()) if len(values) == len(other[name]) else len(values)
        for name, values in one.items()
    }
