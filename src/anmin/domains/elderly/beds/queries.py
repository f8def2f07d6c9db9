"""Services on family beds and what is due for them (床位服务和运营补贴), counted from served orders of care."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from anmin.domains.elderly.beds.subsidy import BedMonth, bed_months
from anmin.domains.elderly.places import found
from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.powers import CARE
from anmin.kernel.delivery.orders.queries import orders

IN_SERVICE = timedelta(days=30)
DONE = ("served", "rated", "settled")


@dataclass(frozen=True)
class BedAccount:
    """The months of a bed. `has_rate` is False where the place has set no subsidy: services are shown, nothing is due."""

    months: list[BedMonth]
    has_rate: bool

    @property
    def fen(self) -> int:
        """What is due in all."""
        return sum(row.fen for row in self.months)


def services_on(reader: Reader, bed: Any) -> list[date]:
    """The days on which care was brought to a bed since it was accepted."""
    if bed.accepted_on is None:
        return []
    rows = orders(reader).filter(
        kind=CARE, person=bed.person_id, state__in=DONE, served_on__gte=bed.accepted_on
    )
    if bed.last_day is not None:
        rows = rows.filter(served_on__lte=bed.last_day)
    return sorted(rows.values_list("served_on", flat=True))


def account_of(reader: Reader, bed: Any, on: date) -> BedAccount:
    """What is due for the whole months and days of a bed that are over on a day, month by month and why."""
    last = min(bed.last_day or on, on.replace(day=1) - timedelta(days=1))
    rate = found("bed_month_subsidy", bed.division, on)
    if bed.accepted_on is None or last < bed.accepted_on:
        return BedAccount([], rate is not None)
    services = Counter(day.replace(day=1) for day in services_on(reader, bed))
    fen = rate.urban if rate is not None and isinstance(rate.urban, int) else 0
    months = bed_months(bed.accepted_on, last, services, bed.services_month, fen)
    return BedAccount(months, rate is not None)


def with_service(
    reader: Reader, beds: QuerySet[Any], on: date, within: timedelta = IN_SERVICE
) -> QuerySet[Any]:
    """Those beds to which care was brought in the days up to a day (服务中)."""
    brought = orders(reader).filter(
        kind=CARE,
        state__in=DONE,
        person=OuterRef("person"),
        served_on__gt=on - within,
        served_on__lte=on,
    )
    return beds.filter(Exists(brought))
