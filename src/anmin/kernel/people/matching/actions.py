"""Clerks decide on pairs (疑似同一人核对): the same, different, or not to be told yet. Every decision has its reason."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.matching.models import MatchPair
from anmin.kernel.people.merging.actions import tell_apart
from anmin.kernel.people.models import ChangeRequest
from anmin.kernel.people.requests.actions import ChangeRefused, ask

__all__ = ["ChangeRefused", "PairDecided", "ReasonMissing", "decide"]

SHORTEST_REASON = 2


class PairDecided(ValueError):
    """Somebody decided this pair in the meantime; the message says who and what."""


class ReasonMissing(ValueError):
    """A decision needs a reason."""


def decide(*, by: User, pair: MatchPair, state: str, reason: str, on: date) -> MatchPair:
    """Answer a pair: `same`, `different` or `unsure`, with the reason.

    Of two persons in the register `same` only asks for their merging, which somebody else decides; of a source's
    row it is the link. `different` is remembered: the pair is never proposed again.

    Raises:
        PairDecided: when it was decided in the meantime; nothing changes.
        ReasonMissing: without a reason; nothing changes.
        ChangeRefused: when the two records cannot be merged as they are; the pair stays open.
    """
    words = reason.strip()[:300]
    if len(words) < SHORTEST_REASON:
        raise ReasonMissing(_("请写明判断的理由，例如“电话核实为同一人”"))
    refused: ChangeRefused | None = None
    with transaction.atomic():
        held = MatchPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        if held.state not in (MatchPair.State.OPEN, MatchPair.State.UNSURE):
            who, what = held.decided_by, held.get_state_display()
            raise PairDecided(_("这一对已由 %(who)s 判定为“%(what)s”，没有改动") % {"who": who, "what": what})
        try:
            _carry_out(by, held, state, words, on)
        except ChangeRefused as trouble:
            # Raised after the transaction, so that the refused attempt stays in the book of acts.
            refused = trouble
        else:
            _answer(by, held, state, words)
    if refused is not None:
        raise refused
    return held


def _carry_out(by: User, held: MatchPair, state: str, reason: str, on: date) -> None:
    if held.other is None:
        return
    if state == MatchPair.State.SAME:
        held.request = ask(
            by=by,
            kind=ChangeRequest.Kind.MERGE,
            on=on,
            division=held.division,
            person=held.person,
            payload={"gone": held.other.pk},
            evidence=reason,
        )
    elif state == MatchPair.State.DIFFERENT:
        tell_apart(by=by, one=held.person, other=held.other, reason=reason)


def _answer(by: User, held: MatchPair, state: str, reason: str) -> None:
    before = held.state
    held.state, held.answer = MatchPair.State(state), reason
    held.decided_by, held.decided_at = by, timezone.now()
    held.save(update_fields=["state", "answer", "decided_by", "decided_at", "request"])
    audit.record(
        by=by,
        act=f"matching.decide_{held.state}",
        subject=held,
        before={"state": before},
        after={"state": held.state, "person": held.person_id, "other": held.other_id},
        reason=reason,
        division=held.division,
        about=[held.person.name, held.other.name if held.other else "", str(held.left_row.get("name", ""))],
    )
