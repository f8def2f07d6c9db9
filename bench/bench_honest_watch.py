"""Does monitoring find families in trouble? Our risk against a single indicator, with the same visits, over two years.

A city lives for three years. Illness, lost work, deaths, disasters and school come to its families; departments tell of it
late, with rows lost and values wrong; families whose means then fall below the line of their place are the cases to find.
Looking sees what was told and nothing else. The single indicator is one stay in hospital over a limit.

Cities of three mixes of trouble and of seeds that no weight was ever set by; each mix has the bar for itself. Weights are
tried on the seeds of `TRIED` alone. Beside the bars stands what visits to everybody whom a rule of need names would find: no order
of visits finds more.
"""

from __future__ import annotations

from itertools import product
from statistics import mean

from bench.honest.looking import Found, cases, draw, look
from bench.honest.troubles import KINDS, MIXES, USUAL
from bench.options import Options
from bench.report import Report

TRIED, SEEDS = (11, 12, 13), (101, 102, 103)
PERSONS = 30_000
RECALL_RATIO = 1.5
PER_WORKER = (1, 2, 4)
PERSONS_OF_A_WORKER = 3_000
"""A worker for so many residents; assumed for the table of visits."""
HEADINGS = ["way", "visits", "recall", "precision", "median days", "visits per case"]


def run(options: Options, report: Report) -> None:
    """Draw a city for each seed, look both ways at the single indicator's visits, then at fixed numbers of visits."""
    persons = options.persons or (6_000 if options.small else PERSONS)
    kernels, seeds = options.home / "kernels", SEEDS[:1] if options.small else SEEDS
    assert not set(SEEDS) & set(TRIED), "measured on cities that weights were set by"
    ratios: dict[str, list[float]] = {mix: [] for mix in MIXES}
    most: dict[str, list[float]] = {mix: [] for mix in MIXES}
    rows = []
    for mix, seed in product(MIXES, seeds):
        city = draw(options.scratch / f"honest-{seed}-{mix.replace(' ', '-')}", persons, seed, mix)
        wanted = cases(city)
        kinds = {kind: sum(city.troubles[one].kind == kind for one in wanted) for kind in KINDS}
        name = f"{mix}, seed {seed}"
        report.note(f"{name}: {len(city.troubles):,} troubles, {len(wanted)} cases to find {kinds}")
        seen = city.remembered(kernels)
        both = look(city, seen)
        rows += [_row(f"{way.name}, {name}", way, wanted) for way in both.values()]
        ratios[mix].append(both["ours"].recall(wanted) / both["single"].recall(wanted))
        every = look(city, seen, visits=persons)["ours"]
        rows.append(_row(f"everybody whom ours names, {name}", every, wanted))
        most[mix].append(every.recall(wanted) / both["single"].recall(wanted))
        for each in PER_WORKER if mix == USUAL else ():
            fixed = look(city, seen, visits=max(persons * each // PERSONS_OF_A_WORKER, 1))
            rows += [
                _row(f"{way.name}, {name}, {each} a worker and month", way, wanted) for way in fixed.values()
            ]
    report.table("found", HEADINGS, rows)
    for mix, found in ratios.items():
        report.note(f"recall ratios, {mix}: " + ", ".join(f"{one:.2f}" for one in found))
        every_one = ", ".join(f"{one:.2f}" for one in most[mix])
        report.note(f"with visits to everybody whom a rule of need names, {mix}: {every_one}")
    for mix, found in ratios.items():
        report.at_least(f"recall of the single indicator's, {mix}", mean(found), RECALL_RATIO)


def _row(name: str, way: Found, wanted: list[int]) -> list[object]:
    figures = (
        f"{way.recall(wanted):.1%}",
        f"{way.precision:.1%}",
        f"{way.median_days:.0f}",
        f"{way.visits_per_case:.1f}",
    )
    return [name, way.visits, *figures]
