"""What was told to departments and what came back, as a reader may see it."""

from __future__ import annotations

from datetime import date

from django.db.models import F, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.pushes.models import Push
from anmin.kernel.cases.pushes.needs import pushing


def pushes(reader: Reader) -> QuerySet[Push]:
    """Everything told about households in the reader's sight, what waits longest first."""
    rows = Push.objects.filter(reader.q()).select_related("household", "decision", "noted_by")
    return rows.order_by(F("returned_on").asc(nulls_first=True), "due", "pk")


def push_numbered(reader: Reader, pk: int) -> Push | None:
    """One of them."""
    return pushes(reader).filter(pk=pk).first()


def overdue(reader: Reader, on: date) -> QuerySet[Push]:
    """Those whose department has not answered in time."""
    return pushes(reader).filter(outcome="", due__lt=on)


def department_of(push: Push) -> tuple[str, str]:
    """What a department is called, and what it was told for."""
    row = pushing()["departments"].get(push.department, {"title": push.department, "what": ""})
    return str(row["title"]), str(row["what"])
