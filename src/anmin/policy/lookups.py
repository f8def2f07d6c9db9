"""One household out of a snapshot, as the engine evaluates it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anmin.policy.evaluate import Household
from anmin.policy.facts import Fact
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot


def find_household(
    snapshot: Snapshot, key: str, facts: Sequence[Fact], *, months: bool = False
) -> Household | None:
    """The household with this number and its members, or None. Null columns are left out: silence.

    Monthly facts, which only monitoring reads, come with `months`.
    """
    facts = [fact for fact in facts if months or not fact.monthly]
    for number in range(snapshot.parts):
        table = snapshot.household_table(number, ["household", "members"])
        found = pc.index(table["household"], pa.scalar(key, table["household"].type)).as_py()
        if found < 0:
            continue
        members = table["members"].fill_null(0).to_numpy()
        start = int(np.maximum(members[:found], 0).sum())
        row = snapshot.household_table(number).slice(found, 1).to_pylist()[0]
        people = snapshot.person_table(number).slice(start, int(members[found])).to_pylist()
        return _household(key, row, people, facts)
    return None


def find_households(snapshot: Snapshot, keys: Collection[str], facts: Sequence[Fact]) -> Iterator[Household]:
    """The households with these numbers, in the snapshot's order, each part read once; those it lacks are left out."""
    facts = [fact for fact in facts if not fact.monthly]
    for number in range(snapshot.parts):
        table = snapshot.household_table(number)
        column = table["household"]
        wanted = pa.array(sorted(keys)).cast(column.type)
        places = pc.indices_nonzero(pc.is_in(column, value_set=wanted)).to_pylist()
        if not places:
            continue
        counts = np.maximum(table["members"].fill_null(0).to_numpy(), 0)
        starts = np.concatenate([[0], np.cumsum(counts)])
        people = snapshot.person_table(number)
        for place in places:
            row = table.slice(place, 1).to_pylist()[0]
            members = people.slice(int(starts[place]), int(counts[place])).to_pylist()
            yield _household(str(row["household"]), row, members, facts)


def _household(
    key: str, row: Mapping[str, Any], people: Sequence[Mapping[str, Any]], facts: Sequence[Fact]
) -> Household:
    own = {fact.name: fact for fact in facts if fact.level is Level.HOUSEHOLD}
    each = {fact.name: fact for fact in facts if fact.level is Level.PERSON}
    return Household(
        key=key,
        division=str(row["division"] or ""),
        settlement=int(row["settlement"] or 0),
        facts={
            name: _plain(own[name], value) for name, value in row.items() if name in own and value is not None
        },
        members=[
            {
                name: _plain(each[name], value)
                for name, value in person.items()
                if name in each and value is not None
            }
            for person in people
        ],
        names=[str(person.get("person", "")) for person in people],
    )


def _plain(fact: Fact, value: Any) -> Any:
    return fact.as_given(value) if fact.monthly else int(value)
