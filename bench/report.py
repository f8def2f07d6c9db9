"""What a benchmark prints: the machine, tables of times and ratios, and each bar with PASS or FAIL."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.machine import QUIET, busy_share, load, machine, versions
from bench.measuring import Series
from bench.options import Options

WIDE = 120
console = Console(width=None if sys.stdout.isatty() else WIDE)


@dataclass(frozen=True)
class Bar:
    """A claim: `value` must be at least, or at most, `limit`."""

    name: str
    value: float
    limit: float
    at_least: bool
    unit: str
    any_size: bool = False
    """Set for the size that was measured, though it is not the usual one."""

    @property
    def holds(self) -> bool:
        """Whether the claim is true."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


class Report:
    """Collects and prints; `close` gives the exit code and keeps the figures as JSON beside the data."""

    def __init__(self, name: str, title: str, options: Options) -> None:
        self.name, self.options = name, options
        self.figures: dict[str, Any] = {"benchmark": name, "machine": machine(), "load_before": load()}
        self.bars: list[Bar] = []
        console.print(f"[bold]{name}[/bold]  {title}")
        console.print(f"machine   {machine()}\nload      {load()} (1, 5, 15 min)")
        if not options.idle and not options.small and (busy := busy_share()) > QUIET:
            share = f"{busy:.0%} of the cores are in use by others"
            console.print(
                f"[yellow]{share}: times will be too long, most of all with two threads; try --idle[/yellow]"
            )

    def versions(self, extra: dict[str, str] | None = None) -> None:
        """Print the versions; `extra` are those of the other environment."""
        self.figures["versions"] = versions(extra)
        console.print(f"versions  {versions(extra)}")

    def note(self, text: str) -> None:
        """Print a sentence."""
        console.print(text, highlight=False)

    def times(self, title: str, series: Iterable[Series], against: str) -> None:
        """A table of times; the ratio is each median over that of the row `against`."""
        rows = list(series)
        base = next(row for row in rows if row.name == against)
        table = Table(title=title, title_justify="left")
        table.add_column("side")
        for heading in ("min s", "median s", "n", "× min", "× median"):
            table.add_column(heading, justify="right")
        for row in rows:
            table.add_row(
                row.name,
                f"{row.least:.4f}",
                f"{row.median:.4f}",
                str(len(row.seconds)),
                f"{row.least / base.least:.2f}",
                f"{row.median / base.median:.2f}",
            )
        console.print(table)
        self.figures.setdefault("times", {})[title] = {row.name: row.seconds for row in rows}

    def table(self, title: str, headings: list[str], rows: Iterable[Iterable[object]]) -> None:
        """Any other table; the first column is text, the others are figures."""
        table = Table(title=title, title_justify="left")
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="right" if number else "left")
        kept = [[str(cell) for cell in row] for row in rows]
        for row in kept:
            table.add_row(*row)
        console.print(table)
        self.figures.setdefault("tables", {})[title] = [headings, *kept]

    def at_least(self, name: str, value: float, limit: float, unit: str = "×") -> None:
        """A bar that must be reached."""
        self.bars.append(Bar(name, value, limit, True, unit))

    def at_most(
        self, name: str, value: float, limit: float, unit: str = "×", *, any_size: bool = False
    ) -> None:
        """A bar that must not be passed."""
        self.bars.append(Bar(name, value, limit, False, unit, any_size))

    def equal(self, name: str, differences: int) -> None:
        """A claim of equality: no differences."""
        self.bars.append(Bar(name, differences, 0, False, " differences"))

    def close(self) -> int:
        """Judge the bars, print the load again; 1 when a bar is missed at the size it was set for."""
        table = Table(title="bars", title_justify="left")
        for heading in ("bar", "measured", "limit", "result"):
            table.add_column(heading, justify="left" if heading == "bar" else "right")
        missed = 0
        for bar in self.bars:
            exact = bar.unit == " differences"
            judged = self.options.usual or exact or bar.any_size
            word = ("PASS" if bar.holds else "FAIL") if judged else "not judged at this size"
            missed += judged and not bar.holds
            sign = "≥" if bar.at_least else "≤"
            colour = {"PASS": "green", "FAIL": "bold red"}.get(word, "dim")
            value = f"{bar.value:.0f}" if exact else f"{bar.value:.2f}"
            table.add_row(
                bar.name, f"{value}{bar.unit}", f"{sign} {bar.limit:g}{bar.unit}", f"[{colour}]{word}[/]"
            )
        if self.bars:
            console.print(table)
        console.print(f"load      {load()} at the end")
        self.figures |= {"load_after": load(), "bars": [asdict(bar) for bar in self.bars]}
        folder = self.options.home / "results"
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.figures, ensure_ascii=False, indent=1)
        (folder / f"{self.name}.json").write_text(text, "utf-8")
        return 1 if missed else 0
