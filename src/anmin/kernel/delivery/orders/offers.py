"""To whom an order can be given: entries of registers that serve (服务点), as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.scopes import Scope
from anmin.kernel.people.queries import in_force
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import entries, public_entries, public_registers, registers
from anmin.lib.divisions import ancestors

MOST = 100


@dataclass(frozen=True)
class Offer:
    """A place that takes an order: its key as an order keeps it, its name, its register's title, where it is."""

    key: str
    name: str
    title: str
    address: str = ""


def offers(reader: Reader, kind: str, division: str, on: date) -> list[Offer]:
    """The places of the county of a division that bring a kind of help and are open on a day, the nearest first."""
    known = [(one, entries(reader, one)) for one in registers(reader)]
    return _nearest([(one, rows.filter(in_force(on))) for one, rows in known], kind, division)


def open_offers(kind: str, division: str, on: date) -> list[Offer]:
    """The same of the places that anybody may look up: what residents choose from."""
    known = [(one, public_entries(one, "", "", on)) for one in public_registers()]
    return _nearest(known, kind, division)


def _nearest(known: list[tuple[Register, QuerySet[Any]]], kind: str, division: str) -> list[Offer]:
    county = next((code for code in ancestors(division) if len(code.rstrip("0")) <= 6), division)[:6]
    found = []
    for register, rows in known:
        if kind not in register.serves:
            continue
        for row in rows.filter(Scope((county,)).q(), **register.serves_if)[:MOST]:
            near = sum(1 for ours, theirs in zip(row.division, division, strict=False) if ours == theirs)
            where = str(getattr(row, "address", ""))
            found.append((near, Offer(f"{register.key}/{row.number}", str(row), register.title, where)))
    return [offer for _near, offer in sorted(found, key=lambda one: (-one[0], one[1].name))]
