"""Lists of casework as files (名单导出): reviews that are due, the ledger of a town's reserve; for a purpose, with who took them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.console.attached import table_attached
from anmin.console.moneywords import noted
from anmin.console.places import full_name, place_name
from anmin.console.purposes import ask_purpose, purpose_of
from anmin.console.views.desk import Desk, needs
from anmin.console.views.reserve import POWERS, asked_town, asked_year
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.reserve import queries as reserves
from anmin.kernel.cases.table import find
from anmin.kernel.cases.upkeep import queries as upkeep
from anmin.kernel.entitlements import queries as entitlements
from anmin.lib.sheets import FORMS

MOST = 5_000


@needs("case.read")
def review_file(desk: Desk) -> HttpResponse:
    """The benefits whose review is due, at most five thousand, the most overdue first."""
    purpose, kind = purpose_of(desk.request.GET), desk.written("kind") or "xlsx"
    if not purpose or kind not in FORMS:
        return ask_purpose(
            desk, "cases", title=_("导出到期复核名单"), usual="check", back=reverse("console:reviews")
        )
    rows = list(upkeep.due_for_review(desk.reader, desk.today)[:MOST])
    heads = find.heads_of([row.household for row in rows], desk.today)
    keys = [row.person_id or heads.get(row.household_id, (None, ""))[0] for row in rows]
    noted(desk, keys, "review_file", purpose=purpose)
    heading = [_("户编号"), _("姓名"), _("地方"), _("待遇"), _("应复核")]
    cells = [
        [
            row.household.number,
            row.person.name if row.person is not None else heads.get(row.household_id, (0, ""))[1],
            full_name(row.division),
            entitlements.title_of_benefit(row.benefit),
            row.review_due.isoformat() if row.review_due else "",
        ]
        for row in rows
    ]
    return _file(desk, kind, "reviews", heading, cells, purpose)


@needs(*POWERS)
def reserve_file(desk: Desk) -> HttpResponse:
    """The ledger of a town's reserve in a year, with the balance after every line."""
    town, year = asked_town(desk), asked_year(desk)
    if not town:
        raise Http404
    purpose, kind = purpose_of(desk.request.GET), desk.written("kind") or "xlsx"
    if not purpose or kind not in FORMS:
        back = f"{reverse('console:reserve')}?town={town}&year={year}"
        return ask_purpose(desk, "reserve", title=_("导出备用金台账"), usual="pay", back=back)
    heading = [_("日期"), _("事项"), _("收支（元）"), _("结余（元）"), _("办件或说明"), _("登记人")]
    cells, left = [], 0
    for row in reserves.ledger(desk.reader, town, year):
        left += row.fen
        what = row.case.number if row.case is not None else row.note
        yuan = [f"{fen / 100:.2f}" for fen in (row.fen, left)]
        cells.append([row.on.isoformat(), row.get_kind_display(), *yuan, what, row.by.display_name])
    return _file(desk, kind, f"reserve-{town}-{year}", heading, cells, purpose, place_name(town), town)


def _file(
    desk: Desk,
    kind: str,
    stem: str,
    heading: Sequence[str],
    cells: Iterable[Sequence[Any]],
    purpose: str,
    subject: str = "reviews",
    division: str = "",
) -> HttpResponse:
    rows, mark = list(cells), watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="cases.file",
        subject=subject,
        after={"rows": len(rows), "list": stem, "watermark": mark},
        purpose=purpose,
        division=division,
    )
    return table_attached(kind, stem, heading, rows, mark)
