"""What a benefit that was taken over is explained by, and how it is told from one that was decided here."""

from __future__ import annotations

from anmin.kernel.entitlements.models import Entitlement

MATTER = "takeover"
"""What the decisions are made in: no matter of a procedure, and never a case."""


def told_of(entitlement: Entitlement) -> str:
    """Why a benefit that was taken over is what it is, while its amount is still the one that was decided elsewhere."""
    decision = entitlement.begun_by
    if decision.matter != MATTER or entitlement.changed_by_id is not None:
        return ""
    return decision.reason
