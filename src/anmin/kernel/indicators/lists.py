"""Lists behind figures that every register can give."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.indicators.declaring import Rows
from anmin.kernel.indicators.periods import Period
from anmin.kernel.people.queries import in_force
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import entries


def in_period(register: Register) -> Rows:
    """The entries of a register whose first day lies in the period."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        return entries(reader, register).filter(first_day__range=(period.first_day, period.last_day))

    return rows


def held(register: Register) -> Rows:
    """The entries of a register in force on the last day of the period."""

    def rows(reader: Reader, period: Period) -> QuerySet[Any]:
        return entries(reader, register).filter(in_force(period.last_day))

    return rows
