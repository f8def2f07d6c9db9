"""Offers as a reader may see them: whom to ask, whom to ask again, who agreed and waits for approval."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.offers.models import Offer

VIEWS = ("ready", "again", "agreed", "granted", "refused", "excluded")


def offers(reader: Reader) -> QuerySet[Offer]:
    """Every offer in the reader's sight."""
    return Offer.objects.filter(reader.q()).select_related("household", "person", "asked_by")


def offer_numbered(reader: Reader, pk: int) -> Offer | None:
    """One offer."""
    return offers(reader).filter(pk=pk).first()


def view(reader: Reader, name: str, on: date) -> QuerySet[Offer]:
    """One list: to be asked, to be asked again (with those sent back), agreed, granted, refused, left out."""
    rows = offers(reader)
    if name == "again":
        rows = rows.filter(Q(state="silent", next_on__lte=on) | Q(state="returned"))
    elif name in VIEWS:
        rows = rows.filter(state=name)
    return rows.order_by("next_on", "-tries", "division", "pk")


def counts(reader: Reader, on: date) -> dict[str, int]:
    """How many stand in each list."""
    return {name: view(reader, name, on).count() for name in VIEWS}
