"""What a reviewer needs to see: the proposal with its why, discrepancies, what changed since the case was sent back."""

from __future__ import annotations

from anmin.kernel.cases.deciding.proposal import Proposal, next_layer, proposal_of, refusal_sentence
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.verification.queries import counting_values

__all__ = ["Proposal", "changed_since_return", "next_layer", "points_of", "proposal_of", "refusal_sentence"]

Change = tuple[int | None, str, int | None, int | None]
"""Member (register key, None for the household), fact, value before, value now."""


def points_of(case: Case) -> list[dict[str, object]]:
    """What the last return asked to be mended, point by point; empty where the case never came back."""
    row = case.steps.filter(details__has_key="points").order_by("-number").first()
    return list(row.told["points"]) if row is not None else []


def changed_since_return(case: Case) -> list[Change]:
    """The facts whose counting value changed since the case was last sent back (只看变化)."""
    row = case.steps.filter(details__has_key="facts", action__startswith="return").order_by("-number").first()
    if row is None:
        return []
    before = {(person, name): value for person, name, value in row.told["facts"]}
    now = counting_values(case)
    keys = sorted({*before, *now}, key=str)
    return [(*key, before.get(key), now.get(key)) for key in keys if before.get(key) != now.get(key)]
