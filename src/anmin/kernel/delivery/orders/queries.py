"""Orders as a reader may see them."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.module_loading import import_string

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.orders.powers import KINDS, dispatch_powers, settle_powers
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents.queries import Resident

State = Order.State
LONG = timedelta(7)
"""Who asked so long ago has waited long."""
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


def waiting_orders(reader: Reader, on: date) -> list[tuple[str, str, int, int]]:
    """What waits for a reader to give out or to settle: state, kind, how many, how many of them for more than a week."""
    mine = {
        State.ASKED: [one for one in KINDS if any(map(reader.may, dispatch_powers(one)))],
        State.RATED: [one for one in KINDS if any(map(reader.may, settle_powers(one)))],
    }
    found = []
    for state, kinds in mine.items():
        rows = (
            Order.objects.filter(reader.q(), state=state, kind__in=kinds) if kinds else Order.objects.none()
        )
        late = Count("pk", filter=Q(asked_on__lt=on - LONG))
        counted = rows.values("kind").annotate(number=Count("pk"), late=late)
        by_kind = {row["kind"]: row for row in counted}
        found += [
            (str(state), one, by_kind[one]["number"], by_kind[one]["late"]) for one in kinds if one in by_kind
        ]
    return found


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


def allowances_of(order: Order, on: date) -> list[str]:
    """The same for an order that is not settled yet, in the month of its service: what whoever serves and pays must know."""
    if order.person is None or order.state in (State.SETTLED, State.CANCELLED):
        return []
    return allowances(order.person, order.division, order.served_on or on)


def order_numbered(reader: Reader, number: str) -> Order | None:
    """One order."""
    return orders(reader).filter(number=number).first()
