"""Today's list (今天): what is to be done, in the order in which to do it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone
from anmin.field.rows import row_of
from anmin.kernel.delivery.cards.queries import disputed
from anmin.kernel.delivery.tasks import on_time, tasks
from anmin.kernel.divisions.queries import name_of

MOST = 100


@phone()
def today(phone: Phone) -> HttpResponse:
    """Urgent, overdue, today, later; then along the way from door to door. Chips leave one line of business."""
    found = tasks(phone.reader, phone.today)
    chips = list(dict.fromkeys(task.chip for task in found))
    chip = phone.request.GET.get("chip", "")
    shown = [task for task in found if chip in ("", task.chip)][:MOST]
    keys = [task.person.pk for task in shown if task.person is not None]
    phone.note(keys, "list", "today")
    rows = [row_of(task, phone.today) for task in shown]
    due = [row for row in rows if row.rank < 3]
    wanted, seen = on_time(phone.reader, phone.today)
    return phone.page(
        "today",
        "today",
        rows=rows,
        chips=chips,
        chip=chip if chip in chips else "",
        left=len(found) - len(shown),
        words=_empty(len(rows) - len(due)) if not due else "",
        wanted=wanted,
        seen=seen,
        disputed=[(home, row.field) for home, row in disputed(phone.reader)][:20],
        places=[name_of(code, phone.today) for code in phone.reader.scope.codes],
        saved=phone.request.GET.get("saved", "")[:30],
        updated=phone.request.GET.get("updated", "")[:200],
    )


def _empty(later: int) -> str:
    if later:
        return _("今天没有要去的人家。后面几天有 %(n)d 件。") % {"n": later}
    return _("今天没有要去的人家，后面两周也没有。")
