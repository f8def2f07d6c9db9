"""Scopes (数据范围): the divisions a reader sees, as ranges of codes that queries and the database share."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from anmin.lib.divisions import NATION, DivisionLevel, is_within, level_of

LONGEST = 12
DIGITS = {DivisionLevel.NATION: 0, DivisionLevel.PROVINCE: 2, DivisionLevel.PREFECTURE: 4}


def range_of(code: str) -> tuple[str, str]:
    """The first and last code within a division. Digits only, so that every collation orders them alike."""
    digits = DIGITS.get(level_of(code), len(code))
    return code[:digits], code[:digits].ljust(LONGEST, "9")


@dataclass(frozen=True)
class Scope:
    """The divisions a reader may see, each with all below it. No codes means nothing."""

    codes: tuple[str, ...] = ()

    def contains(self, code: str) -> bool:
        """Whether a division lies wholly in the scope; what is no code at all lies in none."""
        try:
            return any(is_within(code, own) for own in self.codes)
        except ValueError:
            return False

    def touches(self, code: str) -> bool:
        """Whether a division lies in the scope or the scope in it; what is no code at all does neither."""
        try:
            return self.contains(code) or any(is_within(own, code) for own in self.codes)
        except ValueError:
            return False

    def q(self, column: str = "division") -> Q:
        """The filter for rows inside; an empty scope lets nothing through."""
        allowed = Q(pk__in=[])
        for low, high in self.ranges:
            allowed |= Q(**{f"{column}__gte": low, f"{column}__lte": high})
        return allowed

    @property
    def ranges(self) -> tuple[tuple[str, str], ...]:
        """The ranges of codes, in order."""
        return tuple(sorted(range_of(code) for code in self.codes))

    @property
    def settings(self) -> dict[str, str]:
        """What the database is told: the hull, how many ranges there are, and the ranges."""
        rows = self.ranges
        if not rows:
            return {"anmin.lo": "", "anmin.hi": "", "anmin.ranges": "0", "anmin.scope": ""}
        return {
            "anmin.lo": rows[0][0],
            "anmin.hi": max(high for _, high in rows),
            "anmin.ranges": str(len(rows)),
            "anmin.scope": ",".join(f"{low}-{high}" for low, high in rows),
        }

    @classmethod
    def nation(cls) -> Scope:
        """Everything: for commands run by the operator on the machine itself."""
        return cls((NATION,))

    @classmethod
    def of(cls, codes: list[str]) -> Scope:
        """Divisions without those that lie in another of them."""
        own = sorted(set(codes))
        return cls(
            tuple(code for code in own if not any(other != code and is_within(code, other) for other in own))
        )
