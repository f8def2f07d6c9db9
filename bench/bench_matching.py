"""A department's list of 100,000 against a register of 1 million: how fast, how right, for whom less well; Febrl 4 beside it.

The other side in the same run is what most offices do: join by the identity number as it was typed. The planted
errors are those of `bench.matching`: typing errors, homophones, rare characters, twins, strangers of the same name
and birth date, telephones that many share. Nothing of it is about real people.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from anmin.kernel.people.matching.engine import Matching, match
from bench.matching.city import Cities, draw_city
from bench.matching.febrl import measured, model
from bench.matching.hard import KINDS, draw_hard
from bench.matching.quality import Quality, after_clerks, best_of, quality, reviewed
from bench.measuring import Series
from bench.options import Options
from bench.report import Report

SHARE = 10
"""So many persons in the register for each row of the list."""
GROUPS = {
    "rare": "a rare character in the name",
    "minority": "a name with a dot",
    "elderly": "70 years and older",
    "no_phone": "no telephone given",
}
FEBRL = {"with the number": True, "without the number": False}


def run(options: Options, report: Report) -> None:
    """Match a list with a register, twins and namesakes with their doubles, and Febrl 4."""
    report.versions()
    persons = options.size(1_000_000)
    options.settle()
    cities = draw_city(persons, persons // SHARE, seed=41)
    busy = time.process_time()
    seconds, found = _timed(lambda: match(cities.left, cities.right))
    report.note(f"matching used the processors for {time.process_time() - busy:.0f} s in {seconds:.0f} s")
    by_number, exact = _timed(lambda: _exact(cities))
    report.note(
        f"list      {len(cities.left):,} rows; register {len(cities.right):,} persons; {found.scored_pairs:,} pairs scored"
    )
    sides = [Series("anmin match", [seconds]), Series("identity number as typed", [by_number])]
    report.times("matching", sides, sides[0].name)
    _figures(report, cities, found, exact)
    _groups(report, cities, found)
    report.at_most("time of matching", seconds, 300, " s")
    _hard(options, report)
    _febrl(report)


def _figures(report: Report, cities: Cities, found: Matching, exact: dict[str, str]) -> None:
    safe = quality(cities.truth, best_of(found, safe=True))
    proposed = quality(cities.truth, best_of(found, safe=False))
    sides = {
        "identity number as typed": quality(cities.truth, exact),
        "safe proposals alone": safe,
        "safe and probable": proposed,
        "after clerks decided": quality(cities.truth, after_clerks(cities, found)),
    }
    headings = ["side", "precision", "recall", "F1", "wrong", "missed"]
    report.table("quality", headings, ([name, *_row(one)] for name, one in sides.items()))
    share = reviewed(found) / len(cities.truth)
    report.note(f"for clerks {share:.2%} of the rows")
    report.at_least("precision of proposals", proposed.precision, 0.999, "")
    report.at_least("recall of proposals", proposed.recall, 0.99, "")
    report.at_least("precision of safe proposals", safe.precision, 0.9999, "")
    report.at_most("share of rows for clerks", share * 100, 7, " %")


def _groups(report: Report, cities: Cities, found: Matching) -> None:
    """Nobody is found less well for a name, an age or the lack of a telephone (E49)."""
    proposed = best_of(found, safe=False)
    everybody = quality(cities.truth, proposed).recall
    rows, worst = [["everybody", len(cities.truth), f"{everybody:.4f}", ""]], 0.0
    for key, mask in cities.groups.items():
        recall = quality(cities.truth, proposed, mask).recall
        rest = quality(cities.truth, proposed, ~mask).recall
        worst = max(worst, rest - recall)
        rows.append([GROUPS[key], int(mask.sum()), f"{recall:.4f}", f"{(rest - recall) * 100:+.2f}"])
    report.table("recall by group", ["group", "rows", "recall", "points below the others"], rows)
    report.at_most("recall gap of the worst group", worst * 100, 2, " points")


def _hard(options: Options, report: Report) -> None:
    """Everybody in this list is somebody else: a safe proposal is a mistake."""
    size = 1_000 if options.small else 10_000
    left, right, kinds = draw_hard(size, size * 6)
    guarded, unguarded = (_safe(match(left, right, guarded=one)) for one in (True, False))
    rows = [
        [kind, kinds.count(kind), _of(guarded, kinds, kind), _of(unguarded, kinds, kind)] for kind in KINDS
    ]
    report.table(
        "twins and namesakes: safe proposals", ["kind", "rows", "with guards", "without guards"], rows
    )
    report.equal("twins and namesakes proposed as safe", len(guarded))


def _febrl(report: Report) -> None:
    """Published data with published truth, of another country's names and addresses."""
    rows: list[list[Any]] = []
    for name, number in FEBRL.items():
        seconds, (precision, recall, f1, pairs) = _timed(
            lambda number=number: measured(model(number=number), "dataset4a.csv", "dataset4b.csv")
        )
        rows.append([name, f"{precision:.4f}", f"{recall:.4f}", f"{f1:.4f}", f"{pairs:,}", f"{seconds:.1f}"])
        report.at_least(f"Febrl 4 F1 {name}", f1, 0.99, "")
    report.table("Febrl 4", ["side", "precision", "recall", "F1", "pairs scored", "s"], rows)


def _exact(cities: Cities) -> dict[str, str]:
    right = dict(zip(cities.right["number"].to_pylist(), cities.right["key"].to_pylist(), strict=True))
    right.pop("", None)
    left = zip(cities.left["key"].to_pylist(), cities.left["number"].to_pylist(), strict=True)
    return {key: right[number] for key, number in left if number in right}


def _safe(found: Matching) -> list[int]:
    verdicts = zip(found.pairs["left_key"].to_pylist(), found.pairs["verdict"].to_pylist(), strict=True)
    return sorted({int(key[1:]) for key, verdict in verdicts if verdict == "safe"})


def _of(rows: list[int], kinds: list[str], kind: str) -> int:
    return sum(kinds[row] == kind for row in rows)


def _row(one: Quality) -> list[Any]:
    return [f"{one.precision:.5f}", f"{one.recall:.5f}", f"{one.f1:.5f}", one.wrong, one.missed]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made
