"""`python -m bench NAME`: lists the benchmarks, or runs one."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from bench.keeping import with_kept_memory
from bench.options import Options
from bench.report import Report, console


def benchmarks() -> dict[str, str]:
    """Every benchmark by name, with its first sentence."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        text = path.read_text("utf-8")
        found[path.stem.removeprefix("bench_")] = text.split('"""', 2)[1].splitlines()[0]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the named benchmark; 1 when it misses a bar, 2 when there is no such benchmark."""
    known = benchmarks()
    reader = argparse.ArgumentParser(prog="run.py bench", description="Side-by-side measurements.")
    reader.add_argument("name", nargs="?", help="the benchmark; none lists them")
    reader.add_argument("--small", action="store_true", help="a size for seconds; bars are not judged")
    reader.add_argument("--persons", type=int, help="another population size; bars are not judged")
    reader.add_argument("--rounds", type=int, help="how many interleaved rounds")
    reader.add_argument("--seed", type=int, help="another sample, where a benchmark draws one")
    reader.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="PART",
        help="what is looked at, by parts of names; bars are not judged",
    )
    reader.add_argument("--idle", action="store_true", help="before each round wait for an idle machine")
    given = reader.parse_args(arguments)
    if given.name not in known:
        for name, text in known.items():
            console.print(f"  [bold]{name:<20}[/bold] {text}")
        if given.name:
            console.print(f"[red]没有名为 {given.name} 的测量，以上是全部。[/red]")
        return 2 if given.name else 0
    module = importlib.import_module(f"bench.bench_{given.name}")
    if getattr(module, "KEEPS_MEMORY", False):
        with_kept_memory()
    options = Options(
        small=given.small,
        persons=given.persons,
        rounds=given.rounds,
        idle=given.idle,
        seed=given.seed,
        only=tuple(given.only),
    )
    report = Report(given.name, known[given.name], options)
    module.run(options, report)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
