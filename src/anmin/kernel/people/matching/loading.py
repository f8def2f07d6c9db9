"""Put proposals of matching into the clerks' queue; nothing is linked or merged by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from django.db import transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.matching.engine import Matching
from anmin.kernel.people.matching.fields import FIELDS
from anmin.kernel.people.matching.models import MatchPair, MatchRun
from anmin.kernel.people.models import Level, Person

BATCH = 2_000
IDENTITY = ("name", "number", "birth_day", "sex")
"""What makes a source row the same row when it comes again; telephone and address may change meanwhile."""


@transaction.atomic
def queue_proposals(
    *, by: Any, source: str, found: Matching, left: pa.Table, within_register: bool = False
) -> MatchRun:
    """Store a run and its pairs; keys on the right (and on the left within the register) are persons' primary keys.

    Left out: rows found by their number without any doubt, which need nobody's eyes, and pairs that were proposed
    before, whatever came of them: who was told apart is never proposed again. Protected children are left out too.
    """
    rows = [row for row in found.pairs.to_pylist() if (row["step"], row["verdict"]) != ("number", "safe")]
    run = MatchRun(
        source=source,
        left_rows=found.left_rows,
        right_rows=found.right_rows,
        counts=found.counts(),
        by_name=str(by)[:150],
    )
    run.save()
    wanted = {row["left_key"] for row in rows}
    given = {row["key"]: row for row in left.to_pylist() if row["key"] in wanted}
    queued = 0
    for start in range(0, len(rows), BATCH):
        queued += _store(run, rows[start : start + BATCH], given, within_register)
    run.counts["queued"] = queued
    run.save(update_fields=["counts"])
    audit.record(
        by=by,
        act="matching.queue_proposals",
        subject=run,
        after={"source": source, "left_rows": found.left_rows, **run.counts},
    )
    return run


def row_print(row: Mapping[str, Any]) -> bytes:
    """The keyed fingerprint of a source row."""
    return blind_index("match-row", "|".join(str(row.get(column) or "") for column in IDENTITY))


def person_print(key: int) -> bytes:
    """The keyed fingerprint of a person, for pairs within the register."""
    return blind_index("match-person", str(key))


def _store(
    run: MatchRun, rows: list[dict[str, Any]], given: Mapping[str, Mapping[str, Any]], within_register: bool
) -> int:
    keys = {int(row["right_key"]) for row in rows} | (
        {int(row["left_key"]) for row in rows} if within_register else set()
    )
    people = Person.objects.defer("name", "phone", "tokens").in_bulk(list(keys))
    pairs = []
    for row in rows:
        first, second = int(row["right_key"]), None
        if within_register:
            first, second = sorted((first, int(row["left_key"])))
        if any(people[key].level >= Level.PROTECTED for key in (first, second) if key is not None):
            continue
        person, other = people[first], people[second] if second is not None else None
        pairs.append(
            MatchPair(
                run=run,
                person=person,
                other=other,
                left_key="" if within_register else str(row["left_key"])[:100],
                left_print=person_print(second) if second is not None else row_print(given[row["left_key"]]),
                left_row={} if within_register else dict(given[row["left_key"]]),
                evidence={
                    "how": row["how"],
                    **{one.name: row[one.name] for one in FIELDS},
                    **{f"weight_{one.name}": row[f"weight_{one.name}"] for one in FIELDS},
                },
                step=row["step"],
                reason=row["reason"],
                probability=row["probability"],
                is_safe=row["verdict"] == "safe",
                division=person.division,
                other_division=other.division if other else person.division,
                level=max(person.level, other.level if other else 0),
            )
        )
    known = _known({pair.person_id for pair in pairs})
    fresh = [pair for pair in pairs if (pair.person_id, bytes(pair.left_print)) not in known]
    return len(MatchPair.objects.bulk_create(fresh, ignore_conflicts=True))


def _known(persons: set[int]) -> set[tuple[int, bytes]]:
    rows = MatchPair.objects.filter(person__in=persons).values_list("person_id", "left_print")
    return {(person, bytes(print_)) for person, print_ in rows}
