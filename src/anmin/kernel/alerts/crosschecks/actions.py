"""Compare the other department's list with our books; whom they watch and we do not help becomes an alert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow.compute as pc
from django.db import transaction

from anmin.kernel.access.queries import signature
from anmin.kernel.alerts.raising.actions import raise_hits
from anmin.kernel.alerts.raising.hits import Reported, Value
from anmin.kernel.alerts.raising.identities import of_aid
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.models import Entitlement
from anmin.policy.errors import PolicyError
from anmin.policy.snapshots import Snapshot

FACT, SOURCE = "is_return_to_poverty_watched", "revitalisation"
RULE = "crosscheck/return_to_poverty"
SINCE = date(2023, 10, 20)


@dataclass(frozen=True)
class CrossCheck:
    """Households on both lists, on theirs alone, and on ours alone; what we recognised and they do not watch is no fault."""

    both: int
    only_theirs: int
    only_ours: int


def cross_check(*, by: Any, snapshot: Snapshot, on: date) -> CrossCheck:
    """Compare a snapshot's list of the watched with the layers on our books (季度比对), and raise whom we do not know.

    Raises:
        PolicyError: `no_list` where the list never came: an empty list would read as nobody being watched.
    """
    provenance = snapshot.manifest.get("provenance", {})
    if FACT not in snapshot.manifest["facts"]["household"] or (provenance and FACT not in provenance):
        raise PolicyError(
            "no_list",
            what="没有收到防返贫监测名单，不能比对",
            todo="请农业农村部门报送“防返贫监测”批次后再比对",
        )
    theirs = set(_watched(snapshot))
    rows = Entitlement.objects.filter(of_aid()).exclude(state=Entitlement.State.ENDED)
    ours = set(rows.values_list("household__number", flat=True))
    ours |= {str(number) for number in _on_books(snapshot)}
    found = CrossCheck(len(theirs & ours), len(theirs - ours), len(ours - theirs))
    hits = [
        Reported(
            rule=RULE,
            rule_since=SINCE,
            household=number,
            as_of=on,
            colour="yellow",
            weight=20,
            cause="relapse",
            direction="NEED",
            values=(Value(FACT, 1, SOURCE, on.strftime("%Y-%m")),),
        )
        for number in sorted(theirs - ours)
    ]
    raise_hits(by=by, hits=hits, on=on)
    with transaction.atomic():
        subject = f"{snapshot.folder.name} {on.isoformat()}"[:100]
        audit.record(by=signature(by), act="alerts.cross_check", subject=subject, after=dict(vars(found)))
    return found


def _watched(snapshot: Snapshot) -> Iterator[str]:
    for part in range(snapshot.parts):
        table = snapshot.household_table(part, ["household", FACT])
        yield from (
            str(one) for one in table.filter(pc.equal(table[FACT].cast("int8"), 1))["household"].to_pylist()
        )


def _on_books(snapshot: Snapshot) -> Iterator[str]:
    """Households one of whose members receives dibao or tekun by what departments say."""
    names = [
        one for one in ("receives_dibao", "receives_tekun") if one in snapshot.manifest["facts"]["person"]
    ]
    for part in range(snapshot.parts if names else 0):
        homes = snapshot.household_table(part, ["household", "members"])
        numbers, sizes = homes["household"].to_pylist(), homes["members"].to_pylist()
        columns = zip(*(snapshot.person_table(part, names)[one].to_pylist() for one in names), strict=True)
        paid = [any(row) for row in columns]
        at = 0
        for number, size in zip(numbers, sizes, strict=True):
            if any(paid[at : at + size]):
                yield str(number)
            at += size
