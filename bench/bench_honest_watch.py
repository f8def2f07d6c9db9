"""Does monitoring find families in trouble? Our risk against a single indicator, with the same visits, over two years.

A city lives for three years. Illness, lost work, deaths, disasters and school come to its families; departments tell of it
late, with rows lost and values wrong; families whose means then fall below the line of their place are the cases to find.
Looking sees what was told and nothing else. The single indicator is one stay in hospital over a limit.
"""

from __future__ import annotations

from statistics import mean

from bench.honest.looking import Found, cases, draw, look
from bench.options import Options
from bench.report import Report

SEEDS = (11, 12, 13)
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
    ratios, rows = [], []
    for seed in seeds:
        city = draw(options.scratch / f"honest-{seed}", persons, seed)
        wanted = cases(city)
        kinds = {
            kind: sum(city.troubles[one].kind == kind for one in wanted)
            for kind in ("illness", "work", "death", "disaster", "school")
        }
        report.note(
            f"seed {seed}: {persons:,} persons, {len(city.troubles):,} troubles, {len(wanted)} cases to find {kinds}"
        )
        seen = city.remembered(kernels)
        both = look(city, seen)
        rows += [_row(f"{way.name}, seed {seed}", way, wanted) for way in both.values()]
        ratios.append(both["ours"].recall(wanted) / both["single"].recall(wanted))
        for each in PER_WORKER:
            visits = max(persons * each // PERSONS_OF_A_WORKER, 1)
            fixed = look(city, seen, visits=visits)
            rows += [
                _row(f"{way.name}, seed {seed}, {each} a worker and month", way, wanted)
                for way in fixed.values()
            ]
    report.table("found", HEADINGS, rows)
    report.note(
        "recall ratios at the single indicator's visits: " + ", ".join(f"{one:.2f}" for one in ratios)
    )
    report.at_least("recall of the single indicator's, mean of the seeds", mean(ratios), RECALL_RATIO)


def _row(name: str, way: Found, wanted: list[int]) -> list[object]:
    figures = (
        f"{way.recall(wanted):.1%}",
        f"{way.precision:.1%}",
        f"{way.median_days:.0f}",
        f"{way.visits_per_case:.1f}",
    )
    return [name, way.visits, *figures]
