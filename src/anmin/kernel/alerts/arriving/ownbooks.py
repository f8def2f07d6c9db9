"""Our own books as a source (本系统台账): which layer each household stands in today, landed like a department's batch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.facts.batches.actions import land_own
from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.facts.lake.places import LAKE_TYPES
from anmin.kernel.people.models import Membership
from anmin.kernel.people.queries import blinds_of, in_force
from anmin.policy.codes import Layer

SOURCE = "own_books"
LAYERS = {
    "dibao": Layer.DIBAO,
    "dibao_expenditure": Layer.DIBAO_EXPENDITURE,
    "edge": Layer.EDGE,
    "rigid": Layer.RIGID,
    "watched": Layer.WATCHED,
}
"""The layer that a benefit puts its household into, by the last part of its key."""


def land_own_books(*, by: Any, on: date) -> SourceBatch | None:
    """Land what our books say of a day; None where they say what they said last, or never had anybody."""
    return land_own(by=by, source=SOURCE, table=_table(on), on=on)


def _table(on: date) -> pa.Table:
    """One row for each household in a layer, under the key of one of its members; of several layers the first counts."""
    found: dict[int, tuple[int, int | None]] = {}
    for home, benefit, last in _running(on):
        layer = LAYERS.get(benefit.rpartition("/")[2])
        if layer is None or (home in found and found[home][0] <= layer):
            continue
        ends = last if layer is Layer.RIGID else None
        found[home] = (int(layer), int(f"{ends:%Y%m%d}") if ends is not None else None)
    keys = _keys(found, on)
    rows = sorted((keys[home], *said) for home, said in found.items() if home in keys)
    blinds, layers, ends_on = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "person": pa.array(blinds, pa.binary(16)),
            "name": pa.array([bytes(8)] * len(rows), pa.binary(8)),
            "line": pa.array(range(1, len(rows) + 1), pa.int32()),
            "layer": pa.array(layers, LAKE_TYPES["code"]),
            "rigid_to": pa.array(ends_on, LAKE_TYPES["day"]),
        }
    )


def _running(on: date) -> Iterable[tuple[int, str, date | None]]:
    rows = Entitlement.objects.exclude(state=Entitlement.State.ENDED).filter(in_force(on))
    return rows.order_by("pk").values_list("household", "benefit", "last_day")


def _keys(homes: Iterable[int], on: date) -> dict[int, bytes]:
    """The blind key of one member of each household, the head's where the head has a number."""
    members = Membership.objects.filter(in_force(on), household__in=list(homes), is_double=False)
    owned = dict(members.order_by("-relation", "-pk").values_list("person", "household"))
    blinds = blinds_of(owned)
    return {home: blinds[person] for person, home in owned.items() if person in blinds}
