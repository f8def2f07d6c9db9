"""Questions about divisions in the database, always as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.divisions.catalogue import Catalogue, UnknownDivision
from anmin.kernel.divisions.models import Division, DivisionChange
from anmin.kernel.divisions.records import Change, ChangeKind, Dating, Extent, Place
from anmin.kernel.divisions.succession import Resolution, follow
from anmin.lib.divisions import NATION, DivisionLevel, ancestors, canonical, level_of

PREFIX = {DivisionLevel.NATION: 0, DivisionLevel.PROVINCE: 2, DivisionLevel.PREFECTURE: 4}
"""Digits that everything inside a division begins with; below the prefecture, all of its own."""


def in_force(on: date) -> Q:
    """The condition for rows in force on a day."""
    return Q(first_day__lte=on) & (Q(last_day__isnull=True) | Q(last_day__gte=on))


def division_on(code: str, on: date) -> Division | None:
    """The division with this code on a day, or None. Raises ValueError for what is not a code."""
    return Division.objects.filter(in_force(on), code=canonical(code)).first()


def children_on(code: str, on: date) -> QuerySet[Division]:
    """The divisions directly below, by code; the provinces for 000000."""
    code = canonical(code)
    above = Q(parent__isnull=True) if code == NATION else Q(parent__code=code)
    return Division.objects.filter(above, in_force(on)).order_by("code")


def descendants(code: str, on: date, *, level: DivisionLevel | None = None) -> QuerySet[Division]:
    """Everything inside a division on a day, itself not included, by code; of one level if asked for."""
    code = canonical(code)
    found = Division.objects.filter(
        in_force(on), code__startswith=code[: PREFIX.get(level_of(code), len(code))]
    )
    if level is not None:
        found = found.filter(level=level.value)
    return found.exclude(code=code).order_by("code")


def path_on(code: str, on: date) -> tuple[Division, ...]:
    """The division and those above it that exist on the day, province first; empty if it does not exist."""
    line = ancestors(code)
    found = {row.code: row for row in Division.objects.filter(in_force(on), code__in=line)}
    return tuple(found[one] for one in reversed(line) if one in found) if line[0] in found else ()


@dataclass(frozen=True)
class Branch:
    """A division with what is below it."""

    division: Division
    below: tuple[Branch, ...]


def tree_on(code: str, on: date, *, down_to: DivisionLevel = DivisionLevel.TOWN) -> Branch | None:
    """A division and all below it down to a level as they were on a day; two queries whatever its size."""
    top = division_on(code, on)
    if top is None:
        return None
    rows = descendants(code, on).filter(level__lte=down_to.value).select_related("parent")
    below: dict[str, list[Division]] = {}
    for row in rows:
        below.setdefault(row.parent.code if row.parent else NATION, []).append(row)
    return _branch(top, below)


def _branch(division: Division, below: dict[str, list[Division]]) -> Branch:
    return Branch(division, tuple(_branch(child, below) for child in below.get(division.code, ())))


def name_of(code: str, on: date) -> str:
    """The short name on a day; where the database has none the packaged name, and the code where nothing is known."""
    try:
        code = canonical(code)
    except ValueError:
        return code
    row = division_on(code, on)
    found = row or Catalogue.load().find(code, on=on) or next(iter(Catalogue.load().spans(code)[::-1]), None)
    return found.name if found else code


def resolution(code: str, on: date, *, written: date | None = None) -> Resolution:
    """What a code is on a day, by the database: changes an operator entered count. As Catalogue.resolve.

    Raises UnknownDivision for a code that no row ever had.
    """
    code = canonical(code)
    spans = _spans(code)
    if not spans:
        raise UnknownDivision(code, next(iter(_above(code, on)), None), on)
    return follow(
        spans, on, written, _spans, lambda old: _changes(old_code=old), lambda new: _changes(new_code=new)
    )


def _spans(code: str) -> tuple[Place, ...]:
    return tuple(_place(row) for row in Division.objects.filter(code=code).order_by("first_day"))


def _above(code: str, on: date) -> list[Place]:
    line = ancestors(code)[1:]
    found = {row.code: row for row in Division.objects.filter(in_force(on), code__in=line)}
    return [_place(found[one]) for one in line if one in found]


def _place(row: Division) -> Place:
    return Place(
        row.code,
        row.name,
        row.first_day,
        row.last_day,
        Dating(row.first_dating),
        Dating(row.last_dating),
        row.source,
        row.statistical_code or None,
    )


def _changes(**where: str) -> list[Change]:
    rows = (
        DivisionChange.objects.filter(**where).exclude(old_code="").exclude(new_code="").order_by("day", "pk")
    )
    return [
        Change(
            row.day,
            Dating(row.dating),
            ChangeKind(row.kind),
            row.old_code,
            row.old_name,
            row.new_code,
            row.new_name,
            Extent(row.extent),
            row.document,
            row.source,
        )
        for row in rows
    ]
