"""To whom an order can be given: entries of registers that serve (服务点), as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.scopes import Scope
from anmin.kernel.registers.queries import entries, registers
from anmin.lib.divisions import ancestors

MOST = 100


@dataclass(frozen=True)
class Offer:
    """A place that takes an order: its key as an order keeps it, its name, its register's title."""

    key: str
    name: str
    title: str


def offers(reader: Reader, kind: str, division: str, on: date) -> list[Offer]:
    """The places of the county of a division that bring a kind of help and are open on a day, the nearest first."""
    county = next((code for code in ancestors(division) if len(code.rstrip("0")) <= 6), division)[:6]
    found = []
    for register in registers(reader):
        if kind not in register.serves:
            continue
        rows = entries(reader, register).filter(Scope((county,)).q(), **register.serves_if)
        rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on)
        for row in rows[:MOST]:
            near = sum(1 for ours, theirs in zip(row.division, division, strict=False) if ours == theirs)
            found.append((near, Offer(f"{register.key}/{row.number}", str(row), register.title)))
    return [offer for _near, offer in sorted(found, key=lambda one: (-one[0], one[1].name))]
