"""Alerts that were given to somebody in the field, for the phone's list of today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.models import COLOUR_NAMES
from anmin.kernel.alerts.queries import alerts
from anmin.kernel.delivery.tasks import Task

GRAVE = ("red",)
USUAL = timedelta(days=3)


def alert_tasks(reader: Reader, on: date) -> Iterator[Task]:
    """Alerts that the reader took, or that were given out to the reader's own village and are not verified yet."""
    if reader.user is None or not reader.may("alert.read"):
        return
    mine = Q(taker=reader.user) | Q(taker__isnull=True, place__in=reader.scope.codes)
    for row in alerts(reader).filter(mine).exclude(state__in=("new", "verified", "closed")):
        yield Task(
            "alert",
            str(row.pk),
            _("预警核实"),
            _("预警"),
            row.household,
            row.due or row.raised_on + USUAL,
            row.person,
            str(COLOUR_NAMES.get(row.colour, "")),
            urgent=row.colour in GRAVE,
        )
