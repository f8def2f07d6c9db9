"""Who comes in: the person with a number and a name, the resident of a session, the codes a worker gave."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from anmin.kernel.access.middleware import tell
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.models import Identifier, Person
from anmin.kernel.people.residents.models import ResidentCode, ResidentSession
from anmin.kernel.people.residents.readers import PHONE, Resident, helped_by
from anmin.kernel.people.tokens import normal_number
from anmin.lib.names import normalise_name

__all__ = [
    "PHONE",
    "Resident",
    "codes_given",
    "known_person",
    "mark_of",
    "own_number",
    "resident_of",
    "session_of",
]

DOORS = (Identifier.Kind.RESIDENT, Identifier.Kind.PERMIT, Identifier.Kind.FOREIGN)
"""Kinds of numbers with which residents come in."""
LONGEST = timedelta(hours=8)


def mark_of(number: str) -> str:
    """The keyed hash under which tries with an identity number are counted."""
    return blind_index("door", normal_number(number)).hex()


def known_person(number: str, name: str) -> Person | None:
    """The living person with a number in force and exactly this name; nobody else is named in this transaction."""
    bare = normal_number(number)
    with connection.cursor() as cursor:
        blinds = [blind_index(kind, bare) for kind in DOORS]
        cursor.execute(
            "SELECT anmin_resident_with(%s::bytea[], %s::text[])", [blinds, [str(kind) for kind in DOORS]]
        )
        (key,) = cursor.fetchone()
        cursor.execute("SELECT current_setting('anmin.own_any', true)")
        (before,) = cursor.fetchone()
    tell({"anmin.own_any": f"{before},{key}".strip(",") if key is not None else before or ""})
    person = Person.objects.filter(pk=key).first()
    is_named = person is not None and normalise_name(person.name) == normalise_name(name)
    tell({"anmin.own_any": before or ""})
    return person if is_named else None


def session_of(token: str) -> ResidentSession | None:
    """The session with a token, if it has neither ended, nor idled, nor lasted too long."""
    hashed = hashlib.sha256(token.encode()).hexdigest()
    tell({"anmin.session": hashed})
    now = timezone.now()
    idle = timedelta(seconds=settings.RESIDENT_IDLE_SECONDS)
    rows = ResidentSession.objects.filter(token=hashed, ended_at__isnull=True)
    return rows.filter(seen_at__gt=now - idle, began_at__gt=now - LONGEST).first()


def resident_of(session: ResidentSession, on: date) -> Resident | None:
    """The resident of a session with everybody they act for, told to the database; None once they are dead or merged."""
    alone = Resident(session.person, on, session.way, session.pk)
    tell(alone.settings)
    if not Person.objects.filter(pk=session.person, merged_into__isnull=True, died_on__isnull=True).exists():
        return None
    found = Resident(session.person, on, session.way, session.pk, helped_by(session.person, on))
    tell(found.settings)
    return found


def own_number(person: Person) -> str:
    """The number with which somebody comes in; empty where the register holds none."""
    rows = person.identifiers.filter(kind__in=DOORS, last_day__isnull=True)
    row = rows.order_by("pk").first()
    return row.value if row is not None else ""


def codes_given(person: int) -> list[ResidentCode]:
    """Codes that workers gave somebody and that still open, newest first; what they are is kept nowhere."""
    rows = ResidentCode.objects.filter(
        person=person, kind__in=["desk", "slip"], used_at__isnull=True, until__gt=timezone.now()
    )
    return list(rows.select_related("given_by").order_by("-made_at"))
