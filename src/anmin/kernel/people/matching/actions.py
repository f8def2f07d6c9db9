"""Clerks decide on pairs (疑似同一人核对): the same, different, or not to be told yet. Every decision has its reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from anmin.kernel.audit import actions as audit
from anmin.kernel.people.matching.models import MatchPair
from anmin.kernel.people.models import ChangeRequest, NotSame

SHORTEST_REASON = 2


class PairDecided(ValueError):
    """Somebody decided this pair in the meantime; the message says who and what."""


class ReasonMissing(ValueError):
    """A decision needs a reason."""


@transaction.atomic
def decide(*, by: Any, pair: MatchPair, state: str, reason: str, on: date) -> MatchPair:
    """Answer a pair: `same`, `different` or `unsure`, with the reason.

    Of two persons in the register `same` only asks for their merging, which somebody else decides; of a source's
    row it is the link. `different` is remembered: the pair is never proposed again.

    Raises:
        PairDecided: when it was decided in the meantime; nothing changes.
        ReasonMissing: without a reason; nothing changes.
    """
    words = reason.strip()[:300]
    if len(words) < SHORTEST_REASON:
        raise ReasonMissing("请写明判断的理由，例如“电话核实为同一人”")
    held = MatchPair.objects.select_for_update().get(pk=pair.pk)
    if held.state not in (MatchPair.State.OPEN, MatchPair.State.UNSURE):
        raise PairDecided(f"这一对已由 {held.decided_by} 判定为“{held.get_state_display()}”，没有改动")
    before = held.state
    held.state, held.answer = MatchPair.State(state), words
    held.decided_by, held.decided_at = by, timezone.now()
    if held.other is not None and held.state == MatchPair.State.SAME:
        held.request = _ask_to_merge(by=by, pair=held, reason=words, on=on)
    if held.other is not None and held.state == MatchPair.State.DIFFERENT:
        _tell_apart(by=by, pair=held, reason=words)
    held.save(update_fields=["state", "answer", "decided_by", "decided_at", "request"])
    audit.record(
        by=by,
        act=f"matching.decide_{held.state}",
        subject=held,
        before={"state": before},
        after={"state": held.state, "person": held.person_id, "other": held.other_id},
        reason=words,
        division=held.division,
    )
    return held


def _ask_to_merge(*, by: Any, pair: MatchPair, reason: str, on: date) -> ChangeRequest:
    """A request to merge the later record into the earlier one; the database lets only another person decide it."""
    request = ChangeRequest(
        kind=ChangeRequest.Kind.MERGE,
        person=pair.person,
        division=pair.division,
        level=pair.level,
        on=on,
        payload={"gone": pair.other_id},
        evidence=reason,
        asked_by=by,
    )
    request.save()
    return request


def _tell_apart(*, by: Any, pair: MatchPair, reason: str) -> None:
    one, other = sorted((pair.person_id, pair.other_id or 0))
    NotSame.objects.get_or_create(one_id=one, other_id=other, defaults={"reason": reason, "by": by})
