"""A snapshot of a few households, and what a sweep said of one of them."""

import pyarrow as pa

from anmin.kernel.facts.queries import snapshots_home
from anmin.policy.snapshots import SnapshotWriter
from tests.kernel.alerts.desk import DAY, VILLAGE


def a_snapshot(homes, name="s", provenance=None):
    """What the departments' data say: by household its members, each the facts of one."""
    folder = snapshots_home() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    people = [row for members in homes.values() for row in members]
    facts = sorted({fact for row in people for fact in row})
    with SnapshotWriter(folder, on=DAY.isoformat(), source="演示", replace=True) as writer:
        if provenance is not None:
            writer.manifest["provenance"] = provenance
        writer.write(
            pa.table(
                {
                    "household": list(homes),
                    "division": pa.array([VILLAGE] * len(homes)).dictionary_encode(),
                    "settlement": pa.array([0] * len(homes), pa.uint8()),
                    "members": pa.array([len(members) for members in homes.values()], pa.int32()),
                    "held": pa.array([None] * len(homes), pa.string()),
                }
            ),
            pa.table(
                {"person": [""] * len(people)} | {fact: [row.get(fact) for row in people] for fact in facts}
            ),
        )


def born(year, **more):
    return {"birth_day": year * 10_000 + 506, "sex": 2, "relation": more.pop("relation", 0), **more}


def reason_of(alert):
    return next(one["words"] for one in alert.hits.get().values if one.get("words"))
