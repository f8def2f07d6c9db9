"""Meetings on a single case (一事一议): who was there, what each office said, what was resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.models import Case, Step

FEWEST = 2
"""People at a meeting: one alone resolves nothing."""


@dataclass(frozen=True)
class Meeting:
    """What the minutes say: where, who was present, (who, what they said), and what was resolved."""

    result: str
    place: str = ""
    present: Sequence[str] = ()
    said: Sequence[tuple[str, str]] = ()


def record_meeting(
    *, by: Any, beside: User | None, case: Case, meeting: Meeting, on: date, seen: int
) -> Step:
    """Write down a meeting on a single case (记录会议结论). It resolves; the decision is taken after it, by a person.

    Raises:
        StepRefused: without two people present, or without what was resolved.
    """
    present = [name.strip() for name in meeting.present if name.strip()]
    found = []
    if len(present) < FEWEST:
        found.append(Obstacle("needs_present", _("请写明参加会议的人，至少两名，一行一名")))
    if not meeting.result.strip():
        found.append(Obstacle("needs_reason", _("请写明会议议定的结果")))
    if found:
        raise StepRefused(found)
    said = [{"who": who.strip(), "words": words.strip()} for who, words in meeting.said if words.strip()]
    return take_step(
        by=by,
        case=case,
        action="record_meeting",
        on=on,
        seen=seen,
        beside=beside,
        reason=meeting.result,
        details={"place": meeting.place.strip()[:100], "present": present, "said": said},
    )
