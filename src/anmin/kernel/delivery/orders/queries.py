"""Orders as a reader may see them."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.module_loading import import_string

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents.queries import Resident

WAITING = ("asked", "dispatched", "served", "rated")


def orders(reader: Reader) -> QuerySet[Order]:
    """Every order in the reader's sight, what waits first and the oldest of it first."""
    place = Case(
        *(When(state=state, then=Value(at)) for at, state in enumerate(WAITING)),
        default=Value(len(WAITING)),
        output_field=IntegerField(),
    )
    rows = Order.objects.filter(reader.q()).select_related(
        "household", "person", "asked_by", "asked_by_person"
    )
    return rows.order_by(place, "asked_on", "pk")


def own_orders(resident: Resident) -> QuerySet[Order]:
    """The orders for a resident and for everybody they act for, newest first; the database shows no others."""
    rows = Order.objects.filter(person__in=resident.own("apply"))
    return rows.select_related("person").order_by("-pk")


def own_order(resident: Resident, number: str) -> Order | None:
    """One of them."""
    return own_orders(resident).filter(number=number).first()


def allowances(person: Person, division: str, on: date) -> list[str]:
    """What public money would pay of somebody's orders in the month of a day, in the words of the lines of business."""
    return [
        words for path in settings.ORDER_ALLOWANCES if (words := import_string(path)(person, division, on))
    ]


def order_numbered(reader: Reader, number: str) -> Order | None:
    """One order."""
    return orders(reader).filter(number=number).first()
