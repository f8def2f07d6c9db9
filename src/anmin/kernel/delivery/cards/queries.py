"""A household's card as a reader may see it: every field as it stands, and everything that was ever said."""

from __future__ import annotations

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.cards.merging import Standing, Word, standing
from anmin.kernel.delivery.cards.models import CardEntry
from anmin.kernel.people.models import Household


def card(reader: Reader, household: Household) -> dict[str, Standing]:
    """Every field of a household's card as it stands."""
    return standing(as_word(row) for row in entries(reader, household))


def entries(reader: Reader, household: Household) -> list[CardEntry]:
    """Everything that was ever said, the oldest first."""
    rows = CardEntry.objects.filter(reader.q(), household=household).select_related("by")
    return list(rows.order_by("pk"))


def disputed(reader: Reader) -> list[tuple[Household, Standing]]:
    """Fields of which several words stand, with their households, for whoever is to choose."""
    rows = CardEntry.objects.filter(reader.q()).select_related("by", "household").order_by("household", "pk")
    homes: dict[int, list[CardEntry]] = {}
    for row in rows.iterator(chunk_size=500):
        homes.setdefault(row.household_id, []).append(row)
    return [
        (said[0].household, field)
        for said in homes.values()
        for field in standing(as_word(row) for row in said).values()
        if field.is_disputed
    ]


def as_word(row: CardEntry) -> Word:
    """A row as the merging knows it."""
    return Word(row.uid, row.field, frozenset(row.base), row.value, str(row.by), row.said_at)
