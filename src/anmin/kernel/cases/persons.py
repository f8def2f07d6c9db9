"""What cases say about persons to the register below (办件与人员): open matters stand against a merge, steps are signs of life."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.people.merging import obstacles
from anmin.kernel.people.models import Person
from anmin.kernel.people.requests import life


@obstacles.registered
def open_cases(kept: Person, gone: Person, on: date) -> list[obstacles.Obstacle]:
    """A record that an open case is about does not go: papers and clocks bear its name."""
    rows = Case.objects.filter(applicant=gone).select_related("procedure").order_by("pk")
    numbers = [row.number for row in rows if not _is_ended(row)]
    if not numbers:
        return []
    words = _("要并入的记录有没办完的事项（%(numbers)s）；请先办结或撤回，或者改为保留那条记录")
    return [("open_cases", words % {"numbers": "、".join(numbers[:3])})]


@life.registered
def applied_later(person: Person, after: date) -> list[life.Sign]:
    """Somebody who applied was alive."""
    rows = Case.objects.filter(applicant=person, opened_on__gt=after, channel__in=IN_PERSON)
    return [
        (row.opened_on, _("%(day)s 申请 %(number)s") % {"day": row.opened_on, "number": row.number})
        for row in rows
    ]


IN_PERSON = (Case.Channel.COUNTER, Case.Channel.RESIDENT)


def _is_ended(row: Case) -> bool:
    state = procedure_of(row).states.get(row.state)
    return state is not None and state.is_end
