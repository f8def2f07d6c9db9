"""Which runs wait for whose signature, and who has signed."""

from __future__ import annotations

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.approvals.models import RunApproval
from anmin.kernel.payments.parties import APPROVE
from anmin.kernel.payments.runs.models import PayRun


def approvals(run: PayRun) -> QuerySet[RunApproval]:
    """The signatures under the present seal of a run, in their order."""
    return RunApproval.objects.filter(run=run, seal=run.seal).select_related("by").order_by("order")


def waiting_for(reader: Reader) -> QuerySet[PayRun]:
    """Runs that this reader may sign and has not prepared, submitted or signed yet."""
    rows = PayRun.objects.filter(reader.reach(APPROVE).q(), state=PayRun.State.SUBMITTED)
    if reader.user is None:
        return rows.none()
    rows = rows.exclude(prepared_by=reader.user).exclude(submitted_by=reader.user)
    signed = RunApproval.objects.filter(by=reader.user).values("seal")
    return rows.exclude(seal__in=signed).order_by("month", "pk")
