"""Errands as a reader may see them: what waits for a second person, what the worker does, what came of it."""

from __future__ import annotations

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.errands.kinds import KINDS
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.parties import may_one
from anmin.kernel.payments.runs.models import PayRun


def errands(reader: Reader, run: PayRun | None = None, *kinds: str) -> QuerySet[Errand]:
    """Errands in the reader's places, the newest first: of one run and some kinds, or all."""
    rows = Errand.objects.filter(reader.q())
    rows = rows if run is None else rows.filter(run=run)
    rows = rows.filter(kind__in=kinds) if kinds else rows
    return rows.select_related("run", "asked_by", "seconded_by").order_by("-pk")


def errand_numbered(reader: Reader, number: int) -> Errand | None:
    """One errand."""
    return errands(reader).filter(pk=number).first()


def waiting(reader: Reader) -> list[Errand]:
    """What waits for this reader to agree: never what they asked for themselves."""
    rows = errands(reader).filter(state=Errand.State.ASKED)
    own = None if reader.user is None else reader.user.pk
    return [
        row
        for row in rows
        if row.asked_by_id != own and may_one(reader, KINDS[row.kind].seconds, row.division)
    ]


def may_second(reader: Reader, row: Errand) -> bool:
    """Whether this reader is one who may agree."""
    own = None if reader.user is None else reader.user.pk
    return (
        row.state == Errand.State.ASKED
        and row.asked_by_id != own
        and may_one(reader, KINDS[row.kind].seconds, row.division)
    )
