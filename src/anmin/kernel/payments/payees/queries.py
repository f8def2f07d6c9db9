"""Accounts as a reader may see them: whose money goes where, numbers but for their last four digits."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.people.queries import in_force


def accounts_of(reader: Reader, person: int) -> QuerySet[PayeeAccount]:
    """The accounts of a person, newest first."""
    rows = PayeeAccount.objects.filter(reader.q(), person=person)
    return rows.select_related("recorded_by", "confirmed_by").order_by("-first_day", "-pk")


def account_numbered(reader: Reader, number: int) -> PayeeAccount | None:
    """One account."""
    return PayeeAccount.objects.filter(reader.q(), pk=number).first()


def unconfirmed(reader: Reader) -> QuerySet[PayeeAccount]:
    """Accounts that wait for a second person, the oldest first."""
    rows = PayeeAccount.objects.filter(reader.q(), confirmed_at__isnull=True, last_day__isnull=True)
    return rows.select_related("person", "recorded_by").order_by("recorded_at")


def account_on(person: int, household: int | None, day: date) -> PayeeAccount | None:
    """The confirmed account of a household, or else of a person, on a day."""
    rows = PayeeAccount.objects.filter(in_force(day), confirmed_at__isnull=False)
    if household is not None and (found := rows.filter(household=household).first()) is not None:
        return found
    return rows.filter(person=person, household__isnull=True).first()
