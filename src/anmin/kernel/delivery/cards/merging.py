"""Which word about a field holds, when phones without network said several (多值合并).

Every word names the words it had in front of it. A word that somebody has seen and answered no longer stands; those that
nobody has answered stand side by side. What stands therefore follows from the set of words alone: not from the order in
which they arrive, not from how often, not from any clock. Two words that stand with different values are a conflict, and
only a person settles it, by a word that answers both. Nothing is overwritten and nothing is dropped.

Shapiro, Preguiça, Baquero, Zawirski (2011), "A comprehensive study of convergent and commutative replicated data types",
call this a multi-value register.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Word:
    """What somebody said about one field, and the words they had in front of them."""

    uid: str
    field: str
    base: frozenset[str]
    value: str
    by: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """A field as it stands: the words nobody has answered, in the order of their keys."""

    field: str
    words: tuple[Word, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The different values that stand, in order."""
        return tuple(sorted({word.value for word in self.words}))

    @property
    def is_disputed(self) -> bool:
        """Whether a person must choose."""
        return len(self.values) > 1

    @property
    def value(self) -> str:
        """What holds; nothing while it is disputed."""
        return "" if self.is_disputed or not self.words else self.words[0].value

    @property
    def base(self) -> list[str]:
        """What an answer to this must name."""
        return [word.uid for word in self.words]


def standing(words: Iterable[Word]) -> dict[str, Standing]:
    """Every field as it stands, by name."""
    by_field: dict[str, dict[str, Word]] = {}
    for word in words:
        by_field.setdefault(word.field, {}).setdefault(word.uid, word)
    found: dict[str, Standing] = {}
    for field, known in by_field.items():
        answered = {uid for word in known.values() for uid in word.base if uid != word.uid}
        left = [word for uid, word in sorted(known.items()) if uid not in answered]
        # Words that answer one another in a ring come from no honest phone; then all of them stand.
        found[field] = Standing(field, tuple(left or [known[uid] for uid in sorted(known)]))
    return found


def as_data(row: Standing) -> dict[str, Any]:
    """A field as it stands, for a phone."""
    return {
        "value": row.value,
        "base": row.base,
        "words": [
            {"value": word.value, "by": word.by, "at": word.said_at.isoformat() if word.said_at else ""}
            for word in row.words
        ],
    }
