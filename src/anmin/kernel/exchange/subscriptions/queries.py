"""What has happened that somebody subscribed to: households that began to receive, persons who joined one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.exchange.registry.searching import matching
from anmin.kernel.partners.models import PartnerKey, Subscription
from anmin.kernel.people.models import Membership, Person
from anmin.kernel.people.queries import in_force

EVENTS = ("REGISTER", "NewHouseHoldMember")
"""The events of the standard that are told: a household's first decision to receive, and a new member of one that does."""
MOST = 50
"""Persons told of at a time; the others follow with the next message."""


def filter_type(criteria: dict[str, Any]) -> str:
    """How a subscription's filter is written; where it does not say, its shape does."""
    asked = criteria.get("filter")
    if criteria.get("filter_type"):
        return str(criteria["filter_type"])
    if isinstance(asked, list):
        return "predicate"
    is_plain = isinstance(asked, dict) and isinstance(asked.get("value"), str)
    return "idtype-value" if is_plain else "expression"


def wanted(reader: Reader, key: PartnerKey, criteria: dict[str, Any], on: date) -> Any:
    """The persons a subscription is about.

    Raises:
        SearchProblem: for a filter that is not served.
    """
    return matching(reader, key, filter_type(criteria), criteria.get("filter"), on)


def is_time(row: Subscription, now: datetime) -> bool:
    """Whether the span a sender named for notices has begun and not ended."""
    span = row.criteria.get("frequency") or {}
    begins, ends = _moment(span.get("start_time")), _moment(span.get("end_time"))
    return (begins is None or begins <= now) and (ends is None or now <= ends)


def _moment(text: Any) -> datetime | None:
    try:
        found = parse_datetime(str(text)) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def happened(reader: Reader, row: Subscription, since: datetime, until: datetime, on: date) -> list[Person]:
    """Of the persons a subscription is about, those whom its event came upon in a stretch of time."""
    fresh = Q(begun_by__decided_at__gt=since, begun_by__decided_at__lte=until)
    living = Membership.objects.filter(in_force(on), is_double=False)
    if row.event == EVENTS[0]:
        begun = Entitlement.objects.filter(fresh)
        rows = living.filter(household__in=begun.values("household"))
    else:
        receiving = Entitlement.objects.filter(state__in=[Entitlement.State.ACTIVE, Entitlement.State.FADING])
        rows = living.filter(
            household__in=receiving.values("household"), learned_at__gt=since, learned_at__lte=until
        )
    persons = wanted(reader, row.sender.key, row.criteria, on).filter(pk__in=rows.values("person"))
    return list(persons.order_by("pk"))
