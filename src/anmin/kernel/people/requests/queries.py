"""Change requests as a reader sees them: waiting, one's own, decided; and who may decide one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, holders_of
from anmin.kernel.people.models import ChangeRequest, Identifier, Person
from anmin.kernel.people.queries import persons

State = ChangeRequest.State
VIEWS = ("open", "mine", "done")
DECIDE = "register.decide"
CLASHES = 50
"""So many clashes of numbers are shown at once."""


def requests(reader: Reader, view: str) -> QuerySet[ChangeRequest]:
    """Those that wait (the oldest first), those the reader asked for, or those decided (the newest first)."""
    seen = ChangeRequest.objects.filter(reader.q())
    seen = seen.select_related("person", "household", "asked_by", "decided_by")
    if view == "mine":
        return seen.filter(asked_by=reader.user).order_by("-asked_at")
    if view == "done":
        return seen.exclude(state=State.OPEN).order_by("-decided_at")
    return seen.filter(state=State.OPEN).order_by("asked_at")


def counts(reader: Reader) -> dict[str, int]:
    """How many requests stand in each view."""
    return {view: requests(reader, view).count() for view in VIEWS}


def deciders(row: ChangeRequest, on: date) -> list[User]:
    """Who may decide a request: whoever holds a role with that power over its division, but not who asked.

    Those nearest to the place come first.
    """
    return [user for user in holders_of([DECIDE], row.division, on) if user.pk != row.asked_by_id]


@dataclass(frozen=True)
class Clash:
    """One number with two persons (证件号码冲突): who holds it, and for whom it was entered afterwards."""

    kind: str
    holder: Person
    newcomer: Person


def clashes(reader: Reader, of: Person | None = None) -> list[Clash]:
    """Numbers in dispute of which the reader sees both persons; of one person where it is given.

    Whoever sees only one of the two cannot tell the number from any other, nor by how much is asked of the database.
    """
    seen = persons(reader)
    held = Identifier.objects.filter(
        kind=OuterRef("kind"),
        blind=OuterRef("blind"),
        last_day__isnull=True,
        is_disputed=False,
        person__in=seen,
    )
    disputed = Identifier.objects.filter(is_disputed=True, last_day__isnull=True, person__in=seen)
    rows = disputed.annotate(holder=Subquery(held.values("person")[:1])).filter(holder__isnull=False)
    if of is not None:
        rows = rows.filter(Q(person=of) | Q(holder=of.pk))
    found = list(rows.order_by("pk").values_list("kind", "holder", "person")[:CLASHES])
    people = seen.in_bulk({key for _kind, *keys in found for key in keys})
    return [
        Clash(str(Identifier.Kind(kind).label), people[holder], people[newcomer])
        for kind, holder, newcomer in found
        if holder in people and newcomer in people
    ]
