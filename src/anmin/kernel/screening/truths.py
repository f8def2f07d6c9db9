"""Whether a run found what was planted in the demonstration city."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.parquet as pq

from anmin.kernel.access.queries import Scope
from anmin.kernel.facts.demo.truths import MISSED, WRONGLY_PAID
from anmin.kernel.facts.queries import snapshot_named
from anmin.kernel.screening.models import Run
from anmin.kernel.screening.queries import households
from anmin.policy.codes import Coverage, Layer

EXPECTED_COVERAGE = {MISSED: Coverage.MISSED, WRONGLY_PAID: Coverage.WITHOUT_GROUND}


@dataclass(frozen=True)
class TruthReport:
    """How many planted households came out right, and a sentence for each that did not."""

    planted: int
    wrong: tuple[str, ...]

    @property
    def right(self) -> int:
        """Planted households whose result is what was worked out beforehand."""
        return self.planted - len(self.wrong)


def report_on_truths(run: Run, scope: Scope) -> TruthReport:
    """Compare every planted household with the stored result of a run."""
    rows = pq.read_table(snapshot_named(run.snapshot).folder / "truths.parquet").to_pylist()
    found = {
        row.number: row
        for row in households(run, scope).filter(number__in=[row["household"] for row in rows])
    }
    wrong = []
    for row in rows:
        result = found.get(row["household"])
        layer = Layer.of(result.layer) if result else Layer.NONE
        coverage = Coverage.of(result.coverage) if result else Coverage.NONE
        if layer.name != row["expected"]:
            wrong.append(
                f"{row['household']}（{row['note']}）：应为 {Layer[row['expected']].title}，测算为 {layer.title}"
            )
        elif coverage is not EXPECTED_COVERAGE.get(row["kind"], coverage):
            wrong.append(f"{row['household']}（{row['note']}）：比对结果为“{coverage.title}”")
    return TruthReport(len(rows), tuple(wrong))
