"""Months for which a family bed is paid (床位运营补贴): whole months with the agreed services in full, days of a broken month in part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class BedMonth:
    """One month of a bed: days on it, services given and needed, what is due in fen, and why."""

    month: date
    days: int
    of_days: int
    services: int
    needed: int
    fen: int
    because: str


def months_between(first: date, last: date) -> Iterable[date]:
    """The first days of every month from one day to another."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(32)).replace(day=1)


def bed_months(
    first_day: date, last_day: date, services: Mapping[date, int], needed: int, fen_a_month: int
) -> list[BedMonth]:
    """What is due for a bed that ran from a day to a day, both inside.

    `services` counts completed orders by the first day of their month. A broken month needs its share of the agreed
    services, rounded up, and is paid by the day, rounded down to the fen; with fewer services nothing is due.
    """
    rows = []
    for month in months_between(first_day, last_day):
        end = (month + timedelta(32)).replace(day=1) - timedelta(1)
        of_days = end.day
        days = (min(end, last_day) - max(month, first_day)).days + 1
        least = -(-needed * days // of_days)
        given = services.get(month, 0)
        if given < least:
            rows.append(
                BedMonth(month, days, of_days, given, least, 0, f"服务 {given} 次，少于约定的 {least} 次")
            )
        elif days == of_days:
            rows.append(BedMonth(month, days, of_days, given, least, fen_a_month, "满月，服务达到约定次数"))
        else:
            part = fen_a_month * days // of_days
            rows.append(BedMonth(month, days, of_days, given, least, part, f"当月 {days} 天，按天折算"))
    return rows
