"""Write a cell of a report by hand."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.reports.models import ReportCell
from anmin.kernel.delivery.reports.queries import BY_HAND, MONTHLY

HIGHEST = 1_000_000


class CellProblem(ValueError):
    """A figure cannot be written so; the message says why."""


@transaction.atomic
def fill_in(*, by: Reader, division: str, month: date, cell: str, value: str) -> ReportCell:
    """Write one figure that nothing else fills (补填); the newest one holds, the others stay.

    Raises:
        CellProblem: for a cell that fills itself, a place out of sight, or no whole number.
    """
    user, text = user_of(by), value.strip()
    if cell not in BY_HAND:
        raise CellProblem(_("这一格由记录自动填，不能手改；数字不对的，请更正记录。"))
    if user is None or not by.scope.contains(division):
        raise CellProblem(_("这个地方不在您负责的范围里。"))
    if not text.isdigit() or len(text) > 7 or int(text) > HIGHEST:
        raise CellProblem(_("请填写整数，没有的填 0。"))
    row = ReportCell.objects.create(
        report=MONTHLY, division=division, month=month, cell=cell, value=int(text), by=user
    )
    audit.record(
        by=user,
        act="delivery.fill_in",
        subject=row,
        after={"cell": cell, "value": row.value},
        division=division,
    )
    return row
