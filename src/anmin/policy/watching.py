"""Monitoring over a whole population: all alerts of a day by the same kernel as benefits, hits and findings out.

A full evaluation writes a folder of hits and findings; an increment calculates only the households named and lays them
over it. The folder appears whole or not at all, and holds what was not known, per rule and source.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.policy.alerts import HITS, Alert
from anmin.policy.areas import Areas
from anmin.policy.arrivals import Arrivals, evidence_of, unknown_to
from anmin.policy.citywide import fingerprint, fresh_folder
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.evidence import as_values, evidence
from anmin.policy.facts import Fact
from anmin.policy.kernel import Kernel, RateCube, build_kernel, rate_cube
from anmin.policy.plan import Plan, make_plan
from anmin.policy.rulebook import Rulebook
from anmin.policy.scoring import Scale, findings
from anmin.policy.snapshots import Part, Snapshot, write_json

IDENTITY_WEIGHT, IDENTITY = "identity_weight", "recognised_layer"
"""The rule of the weight of what a household already is, and the fact of its layer on the books."""
SCALE = ("risk_bands", "agreeing_points", "means_points", "means_most")
"""The rates of the scale of risk, which no rule reads."""
COOLING = "cooling_months"
INCOME, MEMBERS, STANDARD = "income_left_year", "members", "dibao_standard"
"""What the means of a household are: its income a year after bills told and wages ended, how many share it, and the standard a
month."""
CONTEXT = (IDENTITY_WEIGHT, INCOME, MEMBERS)
MOST_MEANS = 1_000_000
RAW = pa.schema([*HITS, ("identity", pa.int32()), ("identity_weight", pa.int32()), ("means", pa.int32())])
"""Hits as a part yields them: with what the score of their household needs."""


@dataclass(frozen=True)
class Watch:
    """What a day's monitoring calculates: its alerts, the plan of their rules, and the facts each rests on."""

    alerts: tuple[Alert, ...]
    plan: Plan
    evidence: Mapping[str, tuple[Fact, ...]]

    @classmethod
    def of(cls, book: Rulebook, on: date) -> Watch:
        """All alerts whose rule is in force on a day.

        Raises:
            PolicyError: as `make_plan`.
        """
        alerts = tuple(alert for alert in book.alerts.values() if book.version(alert.rule, on) is not None)
        plan = make_plan(book, on, dict.fromkeys([*(alert.rule for alert in alerts), *CONTEXT]))
        plan = _with_rates(plan, alerts)
        return cls(alerts, plan, {alert.key: evidence_of(plan, alert) for alert in alerts})

    def only(self, key: str) -> Watch:
        """The same day with one alert alone, for trials."""
        alert = next(one for one in self.alerts if one.key == key)
        plan = make_plan(self.plan.rulebook, self.plan.on, dict.fromkeys([alert.rule, *CONTEXT]))
        return Watch((alert,), _with_rates(plan, (alert,)), {key: self.evidence[key]})

    @property
    def fingerprint(self) -> str:
        """What hits depend on besides the facts and the day within its month: rules, rates, and the month."""
        return fingerprint(self.plan, day=self.plan.on.replace(day=1))

    def scale(self, division: str) -> Scale:
        """How a division weighs risk; raises `rate_missing`."""
        bands, *points = (
            self.plan.rulebook.rates.entry(name, division, self.plan.on).urban for name in SCALE
        )
        agreeing, means, most = (one for one in points if isinstance(one, int))
        assert isinstance(bands, tuple)
        return Scale(bands, agreeing, means, most)

    def cooling(self, division: str) -> int:
        """Months for which an alert that was closed as no difficulty stays silent in a division."""
        found = self.plan.rulebook.rates.entry(COOLING, division, self.plan.on).urban
        assert isinstance(found, int)
        return found

    def unknown(self, arrivals: Arrivals, homes: Mapping[str, int]) -> dict[str, dict[str, int]]:
        """For each alert, for how many households it could not tell, by the source that has not told."""
        found: dict[str, Counter[str]] = {alert.key: Counter() for alert in self.alerts}
        for division, count in homes.items():
            for alert in self.alerts:
                missing = unknown_to(alert, self.evidence[alert.key], arrivals, self.plan.on, division)
                for source in {fact.source for fact in missing}:
                    found[alert.key][source] += count
        return {key: dict(row) for key, row in found.items()}


def _with_rates(plan: Plan, alerts: Sequence[Alert]) -> Plan:
    """A plan that also brings along what the evaluation itself reads: weights, colours and the standard."""
    names = [STANDARD, *(name for alert in alerts for name in (alert.weight, alert.colour))]
    rates = {rate.name: rate for rate in plan.rates}
    rates |= {name: plan.rulebook.rates.rates[name] for name in names}
    return replace(plan, rates=tuple(rates.values()))


@dataclass(frozen=True)
class Watched:
    """What an evaluation left: `hits` and `findings`, the increments laid over them, and a report."""

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Watched:
        """Open a folder; raises `watch_missing`."""
        try:
            return cls(folder, json.loads((folder / "manifest.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError) as trouble:
            raise PolicyError(
                "watch_missing", what="没有找到监测结果", where=str(folder), todo="先运行 anmin watch"
            ) from trouble

    @cached_property
    def hits(self) -> pa.Table:
        """All hits (`HITS`) by household, rule and person, increments applied."""
        return self._laid("hits").sort_by([(name, "ascending") for name in ("household", "rule", "person")])

    @cached_property
    def findings(self) -> pa.Table:
        """All findings (`FINDINGS`) by household, increments applied."""
        return self._laid("findings").sort_by("household")

    def newest(self, kind: str) -> pa.Table:
        """The `hits` or `findings` of the last increment, or of the whole where there is none."""
        deltas = self.manifest["deltas"]
        return pq.read_table(self.folder / f"{kind}{'-' + deltas[-1] if deltas else ''}.parquet")

    def _laid(self, kind: str) -> pa.Table:
        tables, later = [], pa.array([], pa.string())
        for delta in reversed(self.manifest["deltas"]):
            tables.append(_without(pq.read_table(self.folder / f"{kind}-{delta}.parquet"), later))
            done = pq.read_table(self.folder / f"changed-{delta}.parquet")["household"].combine_chunks()
            later = pa.concat_arrays([later, done])
        tables.append(_without(pq.read_table(self.folder / f"{kind}.parquet"), later))
        return pa.concat_tables(tables).combine_chunks()


def _without(table: pa.Table, keys: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["household"], keys))) if len(keys) else table


@dataclass(frozen=True)
class PartWatcher:
    """Evaluates parts: runs the kernel and writes down what holds, with its evidence."""

    watch: Watch
    kernel: Kernel
    areas: Areas
    cube: RateCube
    arrivals: Arrivals

    @classmethod
    def over(
        cls,
        watch: Watch,
        snapshot: Snapshot,
        cache: Path,
        late: Collection[str],
        progress: Progress | None = None,
    ) -> PartWatcher:
        """Compile the plan of a day and take up the rates of a snapshot's places."""
        areas = Areas.of(watch.plan, [(str(code), int(kind)) for code, kind in snapshot.manifest["areas"]])
        kernel = build_kernel(watch.plan, cache, progress=progress)
        return cls(watch, kernel, areas, rate_cube(watch.plan, areas.rows), Arrivals.of(snapshot, late))

    def hits(self, part: Part, people: pa.Array | pa.ChunkedArray) -> pa.Table:
        """The hits of a part (`RAW`); `people` are the persons' keys in the order of the part."""
        out = self.kernel.outputs(part.persons, part.households)
        rows = self.areas.of_part(part)
        self.kernel.run(part.starts, rows, part.columns, self.cube, out)
        tables = []
        for alert in self.watch.alerts:
            if not alert.is_place and (table := self._of_alert(alert, part, people, rows, out)) is not None:
                tables.append(table)
        return pa.concat_tables(tables) if tables else RAW.empty_table()

    def _of_alert(
        self, alert: Alert, part: Part, people: Any, rows: np.ndarray, out: Mapping[str, np.ndarray]
    ) -> pa.Table | None:
        found = np.flatnonzero(out[alert.rule])
        if not len(found):
            return None
        persons = found if alert.unit == "person" else None
        homes = found if persons is None else np.searchsorted(part.starts, found, side="right") - 1
        on, count = self.watch.plan.on, len(found)
        keys = pa.array([""] * count) if persons is None else text_of(people.take(pa.array(found)))
        divisions = part.divisions.take(pa.array(homes)).cast(pa.string())
        values = as_values(
            count,
            evidence(part, self.watch.evidence[alert.key], homes, persons),
            divisions.to_pylist(),
            self.arrivals,
            on,
        )
        rule = self.watch.plan.rulebook.version(alert.rule, on)
        assert rule is not None
        area = rows[homes]

        def same(value: Any, kind: pa.DataType) -> pa.Array:
            return pa.repeat(pa.scalar(value, kind), count)

        return pa.table(
            [
                same(alert.key, pa.string()),
                same(rule.since, pa.date32()),
                text_of(part.keys.take(pa.array(homes))),
                keys,
                divisions,
                same(on, pa.date32()),
                same(f"{on:%Y-%m}", pa.string()),
                same(int(alert.direction), pa.uint8()),
                same(alert.cause, pa.string()),
                pa.array(self._rate(alert.colour, area).astype(np.uint8)),
                pa.array(self._rate(alert.weight, area).astype(np.int32)),
                values,
                pa.array(part.columns[IDENTITY][homes].astype(np.int32)),
                pa.array(out[IDENTITY_WEIGHT][homes].astype(np.int32)),
                pa.array(self._means(out, homes, area)),
            ],
            schema=RAW,
        )

    def _means(self, out: Mapping[str, np.ndarray], homes: np.ndarray, area: np.ndarray) -> np.ndarray:
        line = self._rate(STANDARD, area) * 12 * np.maximum(out[MEMBERS][homes], 1)
        means = np.maximum(out[INCOME][homes], 0) * 10_000 // np.maximum(line, 1)
        return np.minimum(means, MOST_MEANS).astype(np.int32)

    def _rate(self, name: str, areas: np.ndarray) -> np.ndarray:
        return np.asarray(self.cube.numbers[0, areas, self.kernel.layout.numbers.index(name)])

    def places(self, snapshot: Snapshot) -> pa.Table:
        """Hits of the rules about a place: one for each area of the rates in which the rule holds."""
        tables = [RAW.empty_table()]
        for alert in self.watch.alerts:
            if alert.is_place:
                tables.append(self._of_places(alert, snapshot))
        return pa.concat_tables(tables)

    def _of_places(self, alert: Alert, snapshot: Snapshot) -> pa.Table:
        plan = make_plan(self.watch.plan.rulebook, self.watch.plan.on, [alert.rule])
        rule = self.watch.plan.rulebook.version(alert.rule, plan.on)
        assert rule is not None
        rows = []
        for division in sorted({place for place, _ in self.areas.rows}):
            outcome = evaluate(plan, Household(division, division, 0, {}, [{}]), findings=False)
            if outcome.values[alert.rule]:
                at = next(at for at, (place, _) in enumerate(self.areas.rows) if place == division)
                area = np.array([at])
                rows.append(
                    {
                        "rule": alert.key,
                        "version": rule.since,
                        "household": "",
                        "person": "",
                        "division": division,
                        "as_of": plan.on,
                        "month": f"{plan.on:%Y-%m}",
                        "direction": int(alert.direction),
                        "cause": alert.cause,
                        "colour": int(self._rate(alert.colour, area)[0]),
                        "weight": int(self._rate(alert.weight, area)[0]),
                        "values": [],
                        "identity": 0,
                        "identity_weight": 0,
                        "means": 0,
                    }
                )
        return pa.Table.from_pylist(rows, schema=RAW)


def text_of(keys: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Keys as text: blind keys are bytes in the lake and are written in hexadecimal."""
    whole = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    if pa.types.is_binary(whole.type) or pa.types.is_fixed_size_binary(whole.type):
        return pa.array([one.hex() if one is not None else "" for one in whole.to_pylist()], pa.string())
    return pc.fill_null(whole.cast(pa.string()), "")


def watch_city(
    snapshot: Snapshot,
    watch: Watch,
    folder: Path,
    *,
    cache: Path,
    threads: int = 2,
    late: Collection[str] = (),
    progress: Progress | None = None,
) -> Watched:
    """Evaluate every household of a snapshot and write what holds to a new folder.

    `late` names facts whose source is late: what rests on them counts as unknown where it does not hold.

    Raises:
        PolicyError: as `screen`.
    """
    watcher = PartWatcher.over(watch, snapshot, cache, late, progress)

    def one(number: int) -> tuple[pa.Table, Counter[str], list[tuple[Any, str]]]:
        part = snapshot.part(number, needed(watch))
        table = watcher.hits(part, snapshot.person_table(number, ["person"])["person"])
        return table, _homes(part), _broken(part)

    raw, homes, broken = [watcher.places(snapshot)], Counter[str](), list[tuple[Any, str]]()
    with fresh_folder(folder) as temporary:
        with ThreadPoolExecutor(threads) as pool:
            for done, (table, places, not_calculated) in enumerate(pool.map(one, range(snapshot.parts)), 1):
                raw.append(table)
                homes.update(places)
                broken += not_calculated
                if progress:
                    progress("监测", done, snapshot.parts)
        hits = sorted_hits(pa.concat_tables(raw))
        found = findings(hits.filter(pc.not_equal(hits["household"], "")), watch.scale)
        pq.write_table(
            hits.select(HITS.names), temporary / "hits.parquet", compression="zstd", compression_level=1
        )
        pq.write_table(found, temporary / "findings.parquet", compression="zstd", compression_level=1)
        manifest = {
            "on": watch.plan.on.isoformat(),
            "fingerprint": watch.fingerprint,
            "snapshot": snapshot.folder.name,
            "households": snapshot.households,
            "persons": snapshot.persons,
            "deltas": [],
            "places": dict(homes),
            "broken": [[str(key), why] for key, why in broken],
            **report_of(watch, hits, found, watcher.arrivals, homes),
        }
        write_json(temporary / "manifest.json", manifest)
    return Watched.open(folder)


def sorted_hits(raw: pa.Table) -> pa.Table:
    """Hits in the order in which they are kept."""
    return raw.sort_by(
        [(name, "ascending") for name in ("household", "rule", "person", "division")]
    ).combine_chunks()


def needed(watch: Watch) -> list[Fact]:
    """The facts a part must hold: those of the plan, and the layer on the books."""
    facts = {fact.name: fact for fact in watch.plan.facts}
    facts.setdefault(IDENTITY, watch.plan.rulebook.facts[IDENTITY])
    return list(facts.values())


def _homes(part: Part) -> Counter[str]:
    counts = part.divisions.value_counts()
    return Counter({str(row["values"].as_py() or ""): row["counts"].as_py() for row in counts})


def _broken(part: Part) -> list[tuple[Any, str]]:
    return [(part.keys[int(at)].as_py(), why) for at, why in part.broken.items()]


def report_of(
    watch: Watch, hits: pa.Table, found: pa.Table, arrivals: Arrivals, homes: Mapping[str, int]
) -> dict[str, Any]:
    """Counts of hits by rule, households by colour, and for how many each rule could not tell, by source."""
    counts = dict(zip(*(column.to_pylist() for column in _counted(hits["rule"])), strict=True))
    colours = dict(zip(*(column.to_pylist() for column in _counted(found["colour"])), strict=True))
    return {
        "rules": {alert.key: counts.get(alert.key, 0) for alert in watch.alerts},
        "unknown": watch.unknown(arrivals, homes),
        "colours": {str(colour): count for colour, count in sorted(colours.items())},
        "hits": len(hits),
        "findings": len(found),
    }


def _counted(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    counted = column.combine_chunks().value_counts()
    return counted.field("values"), counted.field("counts")
