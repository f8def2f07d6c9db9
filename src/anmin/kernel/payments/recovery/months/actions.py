"""Write down what had been paid for a claimed month, and what of it the family keeps; called by the steps of a claim."""

from __future__ import annotations

from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.months.queries import standings


def remember_paid(recovery: Recovery) -> None:
    """Write down what had been paid for each month when it was claimed."""
    for one in standings(recovery):
        if one.now is not None and one.paid is None:
            recovery.months.filter(pk=one.key).update(paid=one.now)


def keep_what_is_left(recovery: Recovery) -> None:
    """Nothing of the claim is asked back (不予追回、撤回): the family keeps what of it is too much today, and no more."""
    for one in standings(recovery):
        recovery.months.filter(pk=one.key).update(kept=one.left_to_keep)


def keep_part(recovery: Recovery, fen: int) -> None:
    """A part is written off (核销): of the last months first, as agreed instalments come off from the last one on."""
    for row in recovery.months.order_by("-month", "-pk"):
        part = min(fen, row.fen - (row.kept or 0))
        if part > 0:
            row.kept = (row.kept or 0) + part
            row.save(update_fields=["kept"])
            fen -= part
