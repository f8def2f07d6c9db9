"""What a benchmark was asked to do, and where its data lives."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bench.machine import wait_for_idle

ROOT = Path(__file__).parent.parent
SMALL_PERSONS = 50_000
SMALL_PART = 10_000
PART = 400_000


@dataclass(frozen=True)
class Options:
    """`small` and `persons` choose the size, `rounds` the repetitions; `home` keeps populations and kernels.

    `idle` waits before each round until other processes leave the cores alone. `seed` draws another sample.
    `only` names what of a benchmark is looked at, by a part of its name; nothing is everything.
    """

    small: bool = False
    persons: int | None = None
    rounds: int | None = None
    home: Path = Path(os.environ.get("ANMIN_HOME", ROOT / ".anmin")) / "bench"
    idle: bool = False
    seed: int | None = None
    only: tuple[str, ...] = ()

    @property
    def usual(self) -> bool:
        """Whether this is the size for which the bars were set."""
        return not self.small and self.persons is None and not self.only

    def size(self, usual: int) -> int:
        """Persons to measure with."""
        if self.persons is not None:
            return self.persons
        return SMALL_PERSONS if self.small else usual

    def times(self, usual: int) -> int:
        """Rounds to run."""
        if self.rounds is not None:
            return self.rounds
        return 2 if self.small else usual

    def settle(self) -> None:
        """Before a round: wait until the machine is idle, where that was asked for."""
        if self.idle:
            wait_for_idle()

    @property
    def part(self) -> int:
        """Persons in a part of the population."""
        return SMALL_PART if self.small else PART

    @property
    def scratch(self) -> Path:
        """A folder for results that are measured and thrown away."""
        folder = self.home / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
