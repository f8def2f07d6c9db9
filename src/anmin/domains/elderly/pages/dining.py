"""Writing down meals at a counter, and settling a month of a dining point."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.kit.cells import entry_href
from anmin.console.views.desk import Desk, needs
from anmin.domains.elderly.meals.actions import month_of, serve, settle_month
from anmin.domains.elderly.powers import DECIDE, READ, WRITE
from anmin.domains.elderly.registers.meals import POINTS, SETTLEMENTS, Meal, Slot
from anmin.kernel.people import queries as people
from anmin.kernel.registers.actions import EntryRefused
from anmin.kernel.registers.queries import entries, entry_numbered
from anmin.lib.money import format_yuan

MOST = 300


@needs(*WRITE)
def serve_page(desk: Desk) -> HttpResponse:
    """A number is read or typed, the price is computed, the meal is written down; the form stays for the next one."""
    points = list(entries(desk.reader, POINTS).filter(state="open")[:MOST])
    given = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    troubles: list[str] = []
    if desk.request.method == "POST":
        point = next((one for one in points if one.number == given.get("point")), None)
        person = people.person_by_number(desk.reader, given.get("person", "").strip())
        if point is None:
            troubles.append(_("请选择助餐点。"))
        if person is None:
            troubles.append(_("没有找到证件号码是这个的老人；请核对号码，或先在“人员”里登记。"))
        if point is not None and person is not None:
            try:
                meal = serve(
                    by=desk.reader,
                    point=point,
                    person=person,
                    day=_day(given.get("day", ""), desk.today),
                    slot=given.get("slot", "") if given.get("slot") in Slot.values else "lunch",
                    on=desk.today,
                    way="deliver" if given.get("way") == "deliver" else "dine",
                    by_paper=bool(given.get("by_paper")),
                )
            except EntryRefused as refused:
                troubles += [one.reason for one in refused.troubles]
            else:
                messages.success(desk.request, _told(meal))
                again = reverse("elderly:serve")
                return HttpResponseRedirect(
                    f"{again}?point={point.number}&slot={meal.slot}&day={meal.first_day}"
                )
    return desk.page(
        "elder_serve",
        "elderly",
        points=points,
        slots=Slot.choices,
        given=given,
        day=_day(given.get("day", ""), desk.today),
        troubles=troubles,
    )


@needs(*READ)
def settle_page(desk: Desk, number: str) -> HttpResponse:
    """The months of a point as counted from the records, and settling one that is over."""
    point = entry_numbered(desk.reader, POINTS, number)
    if point is None:
        raise Http404
    may_settle = any(desk.reader.may(power, point.division) for power in DECIDE)
    if desk.request.method == "POST":
        if not may_settle:
            raise PermissionDenied
        month = _day(f"{desk.request.POST.get('month', '')}-01", desk.today)
        try:
            row = settle_month(by=desk.reader, point=point, month=month, on=desk.today)
        except EntryRefused as refused:
            messages.error(desk.request, str(refused))
            return HttpResponseRedirect(reverse("elderly:settle", args=[number]))
        words = {"meals": row.meals, "yuan": format_yuan(row.subsidy_fen)}
        messages.success(desk.request, _("已结算：%(meals)d 份，补贴 %(yuan)s 元。") % words)
        return HttpResponseRedirect(entry_href(SETTLEMENTS, row))
    months, at = [], desk.today.replace(day=1)
    settled = {row.month: row for row in point.settlements.all()}
    for _number in range(6):
        rows = month_of(point, at)
        months.append(
            {
                "key": f"{at:%Y-%m}",
                "meals": rows.count(),
                "yuan": format_yuan(sum(rows.values_list("subsidy_fen", flat=True))),
                "row": settled.get(at),
                "is_over": at < desk.today.replace(day=1),
            }
        )
        at = _before(at)
    return desk.page("elder_settle", "elderly", point=point, months=months, may_settle=may_settle)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _told(meal: Meal) -> str:
    words = {"pays": format_yuan(meal.elder_fen), "subsidy": format_yuan(meal.subsidy_fen), "who": str(meal)}
    return _("%(who)s：收 %(pays)s 元，补贴 %(subsidy)s 元。") % words


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return usual
