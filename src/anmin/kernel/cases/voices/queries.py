"""Voices as staff see them in their divisions, and the one whose receipt somebody has."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, Value, When

from anmin.kernel.access.middleware import tell
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.voices.models import Voice


def voices(reader: Reader) -> QuerySet[Voice]:
    """Everything raised in the reader's divisions, what waits first."""
    rows = Voice.objects.filter(reader.scope.q(), level__lte=reader.clearance)
    place = Case(
        When(state="new", then=Value(0)),
        When(state="taken", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.select_related("sheet__case", "handled_by").order_by(place, "received_on", "pk")


def voice_numbered(reader: Reader, number: str) -> Voice | None:
    """One of them."""
    return voices(reader).filter(number=number).first()


def voice_by_receipt(number: str) -> Voice | None:
    """The one with a receipt as people type it; its name and words are not for the page that answers."""
    plain = number.strip().upper().replace("-", "").replace(" ", "")
    tell({"anmin.voice": plain})
    return Voice.objects.filter(number=plain).first() if plain else None
