"""Cells of reports: a figure, where it comes from, and whether somebody wrote it by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell of a report (表格的一格). `source` is the chip beside it; `value` None where nobody has filled it yet.

    `unit` is what the figure counts; money is fen.
    """

    key: str
    title: str
    value: int | None
    source: str
    unit: str = ""
    is_by_hand: bool = False

    @property
    def is_filled(self) -> bool:
        """Whether there is a figure."""
        return self.value is not None
