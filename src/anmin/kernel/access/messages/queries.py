"""How the outbox stands, in numbers alone."""

from __future__ import annotations

from django.db.models import Count

from anmin.kernel.access.messages.models import Message


def standing() -> dict[str, int]:
    """How many texts wait, went and failed; for the operator, who reads none of them."""
    rows = Message.objects.values_list("state").annotate(number=Count("pk"))
    return dict(rows.order_by("state"))
