"""Merges and told-apart pairs as they stand: what was moved, what would go back, who said that two are not the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q

from anmin.kernel.access.queries import Reader
from anmin.kernel.people.merging.models import Merge, NotSame
from anmin.kernel.people.models import Person
from anmin.kernel.people.queries import persons


@dataclass(frozen=True)
class Apart:
    """Somebody whom a person looks like and is not, with who said so."""

    key: int
    other: Person
    row: NotSame


def merges_of(of: Person) -> list[Merge]:
    """Merges in which somebody's record took part, newest first."""
    rows = Merge.objects.filter(Q(kept=of) | Q(gone=of))
    return list(rows.select_related("by", "undone_by", "gone").order_by("-at", "-pk"))


def merge_that_can_be_undone(of: Person) -> Merge | None:
    """The newest merge into somebody's record that still stands; older ones wait for it."""
    return next((row for row in merges_of(of) if row.kept_id == of.pk and row.undone_at is None), None)


def merge_numbered(pk: int) -> Merge | None:
    """One merge."""
    return Merge.objects.filter(pk=pk).select_related("kept", "gone").first()


def links_of(merged: Merge) -> dict[str, int]:
    """How many rows of each table a merge moved, by the table's name."""
    return dict(Counter(name for name, _column, _key in merged.moved))


def are_told_apart(one: int, other: int) -> bool:
    """Whether somebody has said that two records are not the same person, and nobody has taken it back."""
    low, high = sorted((one, other))
    return NotSame.objects.filter(one_id=low, other_id=high, undone_at__isnull=True).exists()


def apart_from(reader: Reader, of: Person) -> list[Apart]:
    """Whom somebody was found not to be, as far as the reader sees them; newest first."""
    rows = NotSame.objects.filter(Q(one=of) | Q(other=of), undone_at__isnull=True)
    rows = rows.select_related("one", "other", "by").order_by("-at")
    found = [(row, row.other if row.one_id == of.pk else row.one) for row in rows]
    # By key: asked across both relations, the database goes through every person in the register.
    seen = set(
        persons(reader).filter(pk__in=[other.pk for _row, other in found]).values_list("pk", flat=True)
    )
    return [Apart(row.pk, other, row) for row, other in found if other.pk in seen]
