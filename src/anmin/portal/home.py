"""What the entrance shows to somebody who is logged in: the matter under way, in one card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.people.residents.queries import Resident


@dataclass(frozen=True)
class Home:
    """The cards of the entrance."""

    cards: tuple[object, ...] = ()


def home_of(resident: Resident | None, on: date) -> Home:
    """The entrance of a resident, or of nobody."""
    return Home()
