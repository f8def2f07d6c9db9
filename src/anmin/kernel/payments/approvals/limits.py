"""How many people must sign (签字人数): two, and more above the sums that the place has set."""

from __future__ import annotations

from datetime import date

from anmin.kernel.payments.placerules import signing_in


def signatures_needed(division: str, fen: int, on: date) -> int:
    """How many different people sign for a run of so many fen; never fewer than two."""
    return max(2, signing_in(division, on).needed(fen))
