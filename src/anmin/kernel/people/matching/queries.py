"""The register as a table to match with, and the clerks' queue as a reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import Count, Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.keys.fields import opened_text
from anmin.kernel.people.matching.evidence import Line, lines, summary
from anmin.kernel.people.matching.models import MatchPair, MatchRun
from anmin.kernel.people.merging.models import NotSame
from anmin.kernel.people.models import FormerName, Household, Identifier, Level, Membership, Person

__all__ = [
    "WAITING",
    "MatchPair",
    "MatchRun",
    "links_of",
    "pair_numbered",
    "queue",
    "queue_counts",
    "register_table",
    "run_lines",
    "run_of",
    "runs",
    "told_apart",
    "waterfall",
]

CHUNK = 20_000
NEXT = 500
"""How far ahead the next pair is looked for."""
WAITING = (MatchPair.State.OPEN, MatchPair.State.UNSURE)
NUMBERED = (Identifier.Kind.RESIDENT, Identifier.Kind.PERMIT, Identifier.Kind.FOREIGN)
SEXES = {1: "1", 2: "2"}


def register_table(on: date) -> pa.Table:
    """Every living record of the register as `preparing.COLUMNS`, the key being the primary key. For the operator.

    Opens sealed columns; the table stays in memory and is never written anywhere.
    """
    numbers = _opened(
        Identifier.objects.filter(kind__in=NUMBERED, last_day__isnull=True).order_by("-pk"),
        "value",
        "person_id",
    )
    former: dict[int, list[str]] = {}
    for key, person, name in FormerName.objects.values_list("pk", "person_id", "name").iterator(CHUNK):
        former.setdefault(person, []).append(opened_text(name, FormerName._meta.db_table, "name", key))
    homes = _opened(Household.objects.all(), "address", "pk")
    living = Q(first_day__lte=on) & (Q(last_day__isnull=True) | Q(last_day__gte=on))
    home_of = dict(Membership.objects.filter(living).values_list("person_id", "household_id").iterator(CHUNK))
    columns: dict[str, list[str]] = {
        name: [] for name in ("key", "name", "number", "birth_day", "sex", "division")
    }
    columns |= {"address": [], "phone": [], "former": []}
    table = Person._meta.db_table
    rows = Person.objects.filter(merged_into__isnull=True).order_by("pk")
    fields = ("pk", "name", "phone", "sex", "birth_day", "division")
    for key, name, phone, sex, birth_day, division in rows.values_list(*fields).iterator(CHUNK):
        columns["key"].append(str(key))
        columns["name"].append(opened_text(name, table, "name", key))
        columns["number"].append(numbers.get(key, ""))
        columns["birth_day"].append(birth_day.isoformat() if birth_day else "")
        columns["sex"].append(SEXES.get(sex, ""))
        columns["division"].append(division)
        columns["address"].append(homes.get(home_of.get(key, 0), ""))
        columns["phone"].append(opened_text(phone, table, "phone", key))
        columns["former"].append("、".join(former.get(key, [])))
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def told_apart() -> pa.Table:
    """Pairs of persons that people found to be different."""
    rows = list(NotSame.objects.filter(undone_at__isnull=True).values_list("one_id", "other_id"))
    return pa.table(
        {
            "left_key": pa.array([str(one) for one, _ in rows], pa.string()),
            "right_key": pa.array([str(other) for _, other in rows], pa.string()),
        }
    )


def queue(reader: Reader, state: str = "open", run: int | None = None) -> QuerySet[MatchPair]:
    """The pairs a reader may look at, those where the model is surest first; of one run where it is named."""
    rows = _visible(reader).filter(state=state)
    if run is not None:
        rows = rows.filter(run=run)
    return rows.order_by("-is_safe", "-probability", "pk").select_related(
        "person", "other", "run", "decided_by"
    )


def queue_counts(reader: Reader, run: int | None = None) -> dict[str, int]:
    """How many pairs there are in each state, those without any included."""
    rows = _visible(reader)
    if run is not None:
        rows = rows.filter(run=run)
    found = dict(rows.values_list("state").annotate(n=Count("pk")).order_by("state"))
    return {state: found.get(state, 0) for state in MatchPair.State.values}


@dataclass(frozen=True)
class RunLine:
    """A run in the list: what it compared, and how far the reader's clerks have got with its pairs."""

    run: MatchRun
    pairs: int
    decided: int


def runs(reader: Reader) -> QuerySet[MatchRun]:
    """Runs of which the reader sees a pair, the newest first."""
    return MatchRun.objects.filter(pk__in=_visible(reader).values("run")).order_by("-at", "-pk")


def run_lines(reader: Reader, rows: Iterable[MatchRun]) -> list[RunLine]:
    """Runs with the reader's own progress."""
    runs = list(rows)
    done = Count("pk", filter=~Q(state__in=WAITING))
    counted = _visible(reader).filter(run__in=runs).values_list("run").annotate(n=Count("pk"), done=done)
    known = {run: (pairs, decided) for run, pairs, decided in counted.order_by("run")}
    return [RunLine(row, *known.get(row.pk, (0, 0))) for row in runs]


def pair_numbered(reader: Reader, number: int) -> MatchPair | None:
    """One pair; None where there is none for this reader."""
    return _visible(reader).filter(pk=number).select_related("person", "other", "run", "decided_by").first()


def next_open(reader: Reader, after: int) -> MatchPair | None:
    """The open pair that comes next in the order of the queue after one that was just looked at, or the first."""
    keys = list(queue(reader).values_list("pk", flat=True)[:NEXT])
    later = keys[keys.index(after) + 1 :] if after in keys else keys
    at = next(iter([*later, *(key for key in keys if key != after)]), None)
    return pair_numbered(reader, at) if at is not None else None


def waterfall(pair: MatchPair, on: date) -> tuple[str, list[Line], dict[str, str], dict[str, str]]:
    """The sentence and the lines of a pair, and both sides in clear; whoever shows them masks them."""
    right = side_of(pair.person, on)
    left = side_of(pair.other, on) if pair.other is not None else pair.left_row
    told = {**pair.evidence, "step": pair.step, "reason": pair.reason, "probability": pair.probability}
    return summary(told), lines(told), {key: str(value or "") for key, value in left.items()}, right


def name_on_the_left(pair: MatchPair) -> str:
    """How the other side calls the person."""
    return str(pair.other.name if pair.other is not None else pair.left_row.get("name", ""))


def side_of(person: Person, on: date) -> dict[str, str]:
    """A person of the register as a row to compare."""
    number = (
        Identifier.objects.filter(person=person, kind__in=NUMBERED, last_day__isnull=True)
        .order_by("pk")
        .first()
    )
    living = Q(first_day__lte=on) & (Q(last_day__isnull=True) | Q(last_day__gte=on))
    home = Membership.objects.filter(living, person=person).select_related("household").first()
    return {
        "name": person.name,
        "former": "、".join(row.name for row in FormerName.objects.filter(person=person)),
        "number": number.value if number else "",
        "birth_day": person.birth_day.isoformat() if person.birth_day else "",
        "sex": SEXES.get(person.sex, ""),
        "division": person.division,
        "address": home.household.address if home else "",
        "phone": person.phone,
    }


def run_of(source: str) -> MatchRun | None:
    """The newest run that compared something of this name, for commands."""
    return MatchRun.objects.filter(source=source).order_by("-pk").first()


def links_of(source: str) -> dict[str, int]:
    """Rows of a source that clerks confirmed: the row's key to the person's primary key."""
    rows = MatchPair.objects.filter(run__source=source, state=MatchPair.State.SAME, other__isnull=True)
    return dict(rows.values_list("left_key", "person_id"))


def _visible(reader: Reader) -> QuerySet[MatchPair]:
    """Both records must lie in the reader's scope and within the clearance, by the day of matching and by now.

    Protected children are compared by nobody here, whatever the clearance: a pair would tell a clerk who they are.
    """
    inside = reader.q("division") & reader.q("other_division") & reader.q("person__division", "person__level")
    beside = Q(other__isnull=True) | reader.q("other__division", "other__level")
    beside &= Q(other__isnull=True) | Q(other__level__lt=Level.PROTECTED)
    held = Q(level__lt=Level.PROTECTED, person__level__lt=Level.PROTECTED)
    merged = Q(person__merged_into__isnull=False) | Q(other__merged_into__isnull=False)
    return MatchPair.objects.filter(inside, beside, held).exclude(merged, state__in=WAITING)


def _opened(rows: QuerySet[Any], column: str, key: str) -> dict[int, str]:
    """A sealed column of many rows, by another column."""
    table = rows.model._meta.db_table
    return {
        owner: opened_text(value, table, column, pk)
        for pk, owner, value in rows.values_list("pk", key, column).iterator(CHUNK)
    }
