"""Open reviews that are due, write what is overdue down once.

Everything here may run twice a day or after a week's pause: what was raised once is not raised again. Nothing is decided.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from anmin.kernel.audit import actions as audit
from anmin.kernel.audit import queries as audit_queries
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.models import Case, CaseClock
from anmin.kernel.cases.reserve.models import ReserveEntry
from anmin.kernel.cases.takeover.queries import review_reason
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.entitlements.models import Entitlement

log = structlog.get_logger()
BEFORE_THE_END = timedelta(30)
"""A recognition with a last day is looked at again so many days before (有效期届满前 30 天)."""
MOST = 2000
"""Reviews opened in one run: the rest comes tomorrow, the most overdue first."""


def open_due_reviews(*, by: Any, on: date) -> int:
    """Open the review of every benefit that is due (到期复核): by its class, or because its recognition runs out.

    Each in a transaction of its own, so that one household without a head does not hold up the others.
    """
    under_way = Case.objects.filter(entitlement=OuterRef("pk"), closed_on__isnull=True)
    rows = Entitlement.objects.filter(state=Entitlement.State.ACTIVE, review_due__isnull=False)
    rows = rows.filter(Q(review_due__lte=on) | Q(last_day__lte=on + BEFORE_THE_END, last_day__gte=on))
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on)).filter(~Exists(under_way))
    opened = 0
    for row in rows.order_by("review_due", "pk")[:MOST]:
        if (
            row.last_day is not None
            and row.cases.filter(opened_on__gt=row.last_day - 2 * BEFORE_THE_END).exists()
        ):
            continue
        try:
            with transaction.atomic():
                why = review_reason(row)
                case = open_upkeep(by=by, entitlement=row, on=on, reason=why)
                take_step(by=by, case=case, action="start", on=on, seen=0, reason=why)
        except StepRefused as trouble:
            log.warning("cases.review_not_opened", entitlement=row.pk, why=str(trouble))
        else:
            opened += 1
    return opened


def raise_overdue(*, by: Any, on: date) -> int:
    """Write every clock that ran over down once (超期), with its case; pages show them by `work_list(overdue_on=)`."""
    raised = 0
    clocks = CaseClock.objects.filter(
        due__lt=on, stopped_on__isnull=True, left__isnull=True, case__closed_on__isnull=True
    )
    for row in clocks.select_related("case__procedure").order_by("due", "pk").iterator(chunk_size=500):
        limit = row.case.procedure.declared["limits"].get(row.key, {})
        if not limit.get("wait"):
            raised += _once(by, "cases.overdue", row.pk, row.due, row.case)
    return raised


def raise_overdue_papers(*, by: Any, on: date) -> int:
    """Write every payout from a reserve whose papers did not follow in time down once (补办手续超期)."""
    lacking = CaseMaterial.objects.filter(state=CaseMaterial.State.ASKED).values("case")
    rows = ReserveEntry.objects.filter(kind="payout", papers_due__lt=on, case__in=lacking)
    return sum(
        _once(by, "cases.papers_overdue", row.pk, row.papers_due, row.case)
        for row in rows.select_related("case").order_by("papers_due", "pk")
        if row.papers_due is not None and row.case is not None
    )


@transaction.atomic
def _once(by: Any, act: str, key: int, due: date, case: Case) -> bool:
    subject = f"{case.number} {key}"
    if audit_queries.has_act(act, subject):
        return False
    after = {"due": due, "matter": case.matter}
    audit.record(by=by, act=act, subject=subject, after=after, division=case.division, result="late")
    return True
