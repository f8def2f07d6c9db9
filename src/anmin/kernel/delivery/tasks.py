"""What somebody in the field has to do, from every line of business, in one order (今天).

Sources are functions `(reader, on) -> tasks`, named in the settings as `FIELD_TASKS`, so that a package above or beside
this one adds its own without being imported here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.plans.queries import plans
from anmin.kernel.delivery.services import services
from anmin.kernel.people.models import Household, Person

SOON = 14
"""Days ahead that “later” shows."""
PATIENCE = 2
"""After so many attempts in a row that met nobody, somebody goes there at once."""


class Rank(IntEnum):
    """The order of the list."""

    URGENT = 0
    OVERDUE = 1
    TODAY = 2
    LATER = 3


@dataclass(frozen=True)
class Task:
    """One thing to do. `kind` is visit, alert, case or confirm; `subject` the key of the row behind it.

    `chip` is the line of business as the filter shows it; `urgent` tasks come first whatever their day. `opens` names
    a page of the phone that the task is done on at once, such as `sign`; without it a tap leads to the household.
    """

    kind: str
    subject: str
    title: str
    chip: str
    household: Household
    due: date
    person: Person | None = None
    note: str = ""
    service: str = ""
    urgent: bool = False
    opens: str = ""

    @property
    def key(self) -> str:
        """What tells it apart from all others."""
        return f"{self.kind}-{self.subject}"

    def rank(self, on: date) -> Rank:
        """Where it stands in the list on a day."""
        if self.urgent:
            return Rank.URGENT
        if self.due < on:
            return Rank.OVERDUE
        return Rank.TODAY if self.due == on else Rank.LATER


def tasks(reader: Reader, on: date) -> list[Task]:
    """Everything a reader has to do: urgent, overdue, today, later; then along the way from door to door."""
    found = [task for source in settings.FIELD_TASKS for task in _read(source, reader, on)]
    return sorted(found, key=lambda task: (task.rank(on), place_of(task.household), task.due, task.key))


def tasks_of(reader: Reader, household: Household, on: date) -> list[Task]:
    """What there is to do in one household."""
    return [task for task in tasks(reader, on) if task.household.pk == household.pk]


def _read(source: str, reader: Reader, on: date) -> Iterable[Task]:
    found: Iterable[Task] = import_string(source)(reader, on)
    return found


def place_of(household: Household) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Where a household lies among others: village, then group and door as numbers count, not as digits sort."""
    parts = re.findall(r"\d+|\D+", household.address)
    return household.division, tuple(
        (int(part), "") if part.isdigit() and len(part) < 10 else (0, part) for part in parts
    )


def visit_tasks(reader: Reader, on: date) -> Iterator[Task]:
    """Visits that are due or will be soon, of the services that the reader brings."""
    mine = {key for key, row in services().items() if reader.may(row.power)}
    rows = plans(reader).filter(service__in=mine, state=VisitPlan.State.ACTIVE)
    for row in rows:
        declared = services()[row.service]
        if not reader.may(declared.power, row.division) or (row.next_due - on).days > SOON:
            continue
        yield Task(
            "visit",
            str(row.pk),
            declared.title,
            declared.chip,
            row.household,
            row.next_due,
            row.person,
            _note(row),
            row.service,
            urgent=row.missed >= PATIENCE,
        )


def _note(row: VisitPlan) -> str:
    if row.missed >= PATIENCE:
        return _("%(n)d 次没见到人，请今天上门看看") % {"n": row.missed}
    if row.last_seen is None:
        return _("还没走访过")
    return _("上次 %(day)s") % {"day": row.last_seen.isoformat()}


def on_time(reader: Reader, on: date) -> tuple[int, int]:
    """How many households the reader's plans ask for this month, and how many of them were met. A count, no score."""
    mine = [key for key, row in services().items() if reader.may(row.power)]
    rows = plans(reader).filter(service__in=mine, state=VisitPlan.State.ACTIVE)
    wanted = set(rows.values_list("household", flat=True))
    seen = set(rows.filter(last_seen__gte=on.replace(day=1)).values_list("household", flat=True))
    return len(wanted), len(seen)
