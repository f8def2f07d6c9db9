"""What a benefit that was taken over is explained by (转入待遇的说明): who decided it, what our rules find, what follows."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from anmin.kernel.cases.takeover.models import TakeoverRow
from anmin.kernel.entitlements.queries import each_period
from anmin.kernel.papers.words import money


@override("zh-hans")
def told(row: TakeoverRow) -> str:
    """The text of the decision: the family, the desk and the month's run all read this one."""
    assert row.old_on is not None and row.fen is not None
    said = {
        "office": row.office,
        "day": f"{row.old_on.year} 年 {row.old_on.month} 月 {row.old_on.day} 日",
        "number": row.old_number,
        "fen": money(row.fen),
        "each": each_period(row.benefit),
    }
    first = (
        _("按%(office)s %(day)s“%(number)s”的决定从原系统转入，%(each)s %(fen)s 元，金额照原决定。")
        if row.fen
        else _("按%(office)s %(day)s“%(number)s”的决定从原系统转入，照原决定认定。")
    )
    return first % said + "\n" + _finding(row)


def _finding(row: TakeoverRow) -> str:
    on = row.batch.on
    day = f"{on.year} 年 {on.month} 月 {on.day} 日"
    if row.found == TakeoverRow.Found.EQUAL:
        return _("%(day)s 按现有资料测算，结果相同。") % {"day": day}
    if row.found == TakeoverRow.Found.MISSING or row.found_fen is None:
        return _("%(day)s 还不能测算：%(missing)s。到期复核时核实。") % {"day": day, "missing": row.missing}
    if not row.fen:
        return _("%(day)s 按现有资料测算不符合认定条件，已列入复核；复核有结果以前照原决定。") % {"day": day}
    return _(
        "%(day)s 按现有资料测算%(each)s %(found)s 元，相差 %(less)s 元，已列入复核；复核有结果以前照原决定发放。"
    ) % {
        "day": day,
        "each": each_period(row.benefit),
        "found": money(row.found_fen),
        "less": money(abs(row.difference)),
    }


@override("zh-hans")
def why_reviewed(row: TakeoverRow) -> str:
    """Why the review of a benefit was opened: both figures where they differ."""
    if row.found != TakeoverRow.Found.DIFFERS or row.fen is None or row.found_fen is None:
        return _("从原系统转入的待遇到期复核")
    return _("从原系统转入，原决定%(each)s %(fen)s 元，转入时测算%(each)s %(found)s 元，请核实差异") % {
        "each": each_period(row.benefit),
        "fen": money(row.fen),
        "found": money(row.found_fen),
    }
