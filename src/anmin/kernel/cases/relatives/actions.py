"""Declare which person of the register a member of staff is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.relatives.models import StaffPerson
from anmin.kernel.people.models import Person


@transaction.atomic
def declare_staff_person(*, by: Any, user: User, person: Person, on: date) -> StaffPerson:
    """Say which person a member of staff is (近亲属备案), so that cases of their family are flagged."""
    row, _new = StaffPerson.objects.update_or_create(
        user=user, defaults={"person": person, "declared_on": on}
    )
    audit.record(
        by=signature(by),
        act="cases.declare_staff_person",
        subject=row,
        after={"user": user.pk, "person": person.pk},
        division=person.division,
    )
    return row
