"""Read the book of acts, and prove that it is whole."""

from __future__ import annotations

from datetime import UTC

from django.db.models import Model, QuerySet

from anmin.kernel.audit.chain import START, hash_of
from anmin.kernel.audit.models import Act


def acts_of(subject: Model) -> QuerySet[Act]:
    """What was done to a row, oldest first."""
    return Act.objects.filter(subject=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("pk")


def broken_link() -> Act | None:
    """The first act whose hash or whose link to the one before does not hold; None when the chain is whole.

    Rows cut off at the end are found only by comparing with an anchor kept elsewhere.
    """
    previous = START
    for row in Act.objects.order_by("pk").iterator(2_000):
        row.at = row.at.astimezone(UTC)
        if row.previous != previous or hash_of(row) != row.hash:
            return row
        previous = row.hash
    return None
