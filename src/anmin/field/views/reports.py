"""Reports of the village that fill themselves (我的报表)."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone, written
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.reports import actions, queries
from anmin.kernel.divisions.queries import name_of
from anmin.lib.calendar import add_months
from anmin.lib.sheets import FORMS, as_xlsx

BACK = 3


@phone()
def reports(phone: Phone) -> HttpResponse:
    """Which reports are asked for, by whom, until when, and how much of each is filled already."""
    first = phone.today.replace(day=1)
    rows = [
        (queries.monthly(phone.reader, code, add_months(first, -ago)), name_of(code, phone.today))
        for code in phone.reader.scope.codes[:3]
        for ago in range(BACK)
    ]
    return phone.page("reports", "reports", rows=rows)


@phone()
def monthly(phone: Phone) -> HttpResponse:
    """The monthly report: every cell with where it comes from; the few others are written here."""
    given = phone.request.POST if phone.request.method == "POST" else phone.request.GET
    month = _month(written(given, "month"), phone.today)
    asked = written(given, "place")
    codes = phone.reader.scope.codes
    place = asked if asked and phone.reader.scope.contains(asked) else (codes[0] if codes else "")
    trouble: dict[str, str] = {}
    if phone.request.method == "POST":
        for cell in queries.BY_HAND:
            text = written(given, cell)
            if not text:
                continue
            try:
                actions.fill_in(by=phone.reader, division=place, month=month, cell=cell, value=text)
            except actions.CellProblem as problem:
                trouble[cell] = str(problem)
        if not trouble:
            return phone.go("monthly", month=f"{month:%Y-%m}", place=place, updated=_("月报"))
    return phone.page(
        "report",
        "reports",
        status=422 if trouble else 200,
        report=queries.monthly(phone.reader, place, month),
        place=name_of(place, phone.today) if place else "",
        trouble=trouble,
        updated=phone.request.GET.get("updated", "")[:40],
    )


@phone()
def monthly_file(phone: Phone) -> HttpResponse:
    """The monthly report as a workbook: every cell with its figure, its unit and where it comes from."""
    month = _month(written(phone.request.GET, "month"), phone.today)
    asked, codes = written(phone.request.GET, "place"), phone.reader.scope.codes
    place = asked if asked and phone.reader.scope.contains(asked) else (codes[0] if codes else "")
    report, mark = queries.monthly(phone.reader, place, month), watermark(phone.reader, timezone.localtime())
    heading = [_("项目"), _("数字"), _("单位"), _("来源")]
    rows = [
        [cell.title, "" if cell.value is None else cell.value, cell.unit, cell.source]
        for cell in report.cells
    ]
    audit.record(
        by=phone.reader.user,
        act="delivery.take_report",
        subject=report.key,
        after={"month": report.month, "rows": len(rows), "watermark": mark},
        division=place,
    )
    answer = HttpResponse(as_xlsx(heading, rows, mark), content_type=FORMS["xlsx"])
    answer["Content-Disposition"] = f'attachment; filename="monthly-{place}-{month:%Y-%m}.xlsx"'
    return answer


def _month(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return min(max(found, date(2020, 1, 1)), today.replace(day=1))
