"""Who takes a step (办理人): members of staff with their powers, applicants in their own case, the operator, the system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, reader_for

APPLY = "case.apply"
"""The power that a family has in its own case and in no other; no role of staff has it."""


@dataclass(frozen=True)
class Applicant:
    """Somebody of the family, or their helper, in their own case (申请人). Never named in steps or acts."""

    person: int
    is_helper: bool = False

    def __str__(self) -> str:
        return "受托人" if self.is_helper else "申请人"


def powers_in(by: Any, division: str, on: date) -> frozenset[str] | None:
    """What somebody may do in a division; None for the operator and the system, whom the ways themselves hold back."""
    if isinstance(by, Applicant):
        return frozenset({APPLY})
    if isinstance(by, User):
        by = reader_for(by, on)
    if not isinstance(by, Reader) or by.user is None:
        return None
    return frozenset(power for power in by.powers if by.may(power, division))
