"""The monthly report of a place: what fills itself, and the few cells that somebody writes by hand (村居月报)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.reports.cells import Cell
from anmin.kernel.delivery.reports.models import ReportCell
from anmin.lib.calendar import add_months

MONTHLY = "village_monthly"
DUE_DAY = 5
BY_HAND = {"meetings": "本月村民（居民）会议次数", "volunteers": "在村志愿者人数"}
"""Cells that no record fills, with what they are called."""


@dataclass(frozen=True)
class Report:
    """A report of a place for a month. `due` is the day by which whoever asked for it wants it."""

    key: str
    title: str
    asked_by: str
    division: str
    month: date
    due: date
    cells: tuple[Cell, ...]

    @property
    def filled(self) -> int:
        """Cells that filled themselves."""
        return sum(1 for cell in self.cells if cell.is_filled and not cell.is_by_hand)

    @property
    def missing(self) -> tuple[Cell, ...]:
        """Cells that somebody still has to write."""
        return tuple(cell for cell in self.cells if not cell.is_filled)


def monthly(reader: Reader, division: str, month: date) -> Report:
    """The monthly report, whose cells come from the functions named in the settings as `FIELD_CELLS`."""
    cells = [
        cell
        for source in settings.FIELD_CELLS
        for cell in import_string(source)(reader, division.rstrip("0"), month)
    ]
    written: dict[str, int] = {}
    for row in ReportCell.objects.filter(
        reader.scope.q(), report=MONTHLY, division=division, month=month
    ).order_by("pk"):
        written[row.cell] = row.value
    cells += [
        Cell(key, _(title), written.get(key), _("手填"), is_by_hand=True) for key, title in BY_HAND.items()
    ]
    due = add_months(month, 1).replace(day=DUE_DAY)
    return Report(MONTHLY, _("村居民政月报"), _("镇街民政办"), division, month, due, tuple(cells))
