"""A month of payments, 800,000 lines: computed, checked, signed, filed, sent, answered, reconciled, closed (E42)."""

from __future__ import annotations

import resource
from pathlib import Path

from bench.options import Options
from bench.paybook import paybook
from bench.paymonth import Stage, a_month, what_does_not_hold
from bench.report import Report

LINES, SMALL = 800_000, 10_000
MINUTES = {100_000: 5, 800_000: 30}
GIB = 2**30
MEMORY, DISK = 4, 8


def run(options: Options, report: Report) -> None:
    """E42 in one process, with a bank of its own in it; `--persons` gives another number of lines.

    The bank's own work (reading files, booking, writing answers) is shown and not counted: it is another's machine.
    """
    lines = options.persons or (SMALL if options.small else LINES)
    with paybook(options, lines) as home:
        stages, bank = a_month(lines)
        ours = sum(stage.seconds for stage in stages if not stage.is_the_banks)
        report.table(
            f"{lines:,} lines",
            ["stage", "seconds", "lines/s", ""],
            [_row(stage, lines) for stage in stages],
        )
        report.note(
            f"all stages {ours / 60:.1f} min, and the bank's own {sum(s.seconds for s in stages) / 60 - ours / 60:.1f}"
        )
        report.equal(
            "what does not hold in the books, or between them and the bank", what_does_not_hold(bank)
        )
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB
        report.at_most("memory, with the bank's", memory, MEMORY, " GiB")
        report.at_most("disk, with the register", _size(home) / GIB, DISK, " GiB")
        if lines in MINUTES:
            minutes = MINUTES[lines]
            report.at_most("from the roster to the closed month", ours / 60, minutes, " min", any_size=True)


def _row(stage: Stage, lines: int) -> list[str]:
    name = f"({stage.name})" if stage.is_the_banks else stage.name
    return [name, f"{stage.seconds:.1f}", f"{lines / max(stage.seconds, 0.001):,.0f}", stage.told]


def _size(home: Path) -> int:
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
