"""Orders as a reader may see them."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, Value, When

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.models import Order

WAITING = ("asked", "dispatched", "served", "rated")


def orders(reader: Reader) -> QuerySet[Order]:
    """Every order in the reader's sight, what waits first and the oldest of it first."""
    place = Case(
        *(When(state=state, then=Value(at)) for at, state in enumerate(WAITING)),
        default=Value(len(WAITING)),
        output_field=IntegerField(),
    )
    rows = Order.objects.filter(reader.q()).select_related("household", "person", "asked_by")
    return rows.order_by(place, "asked_on", "pk")


def order_numbered(reader: Reader, number: str) -> Order | None:
    """One order."""
    return orders(reader).filter(number=number).first()
