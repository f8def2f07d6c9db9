"""Record a circumstance that holds somebody's money, and lift it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.parties import DECIDE, signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.kernel.people.models import Person


@transaction.atomic
def record(
    *,
    by: Any,
    person: Person,
    kind: str,
    first_day: date,
    source: str,
    on: date,
    last_day: date | None = None,
    note: str = "",
) -> Sentinel:
    """Write down what a department or a village says (登记停发线索). It holds the next line; it stops nothing by itself.

    Anybody who works here may, and so may the system. The same word of the same source counts once.

    Raises:
        PaymentProblem: `sentinel_kind`, `sentinel_future`, `sentinel_once`.
    """
    if kind not in Sentinel.Kind.values or not source.strip():
        raise PaymentProblem("sentinel_kind", _("请选择线索种类并写明来源"))
    if first_day > on:
        raise PaymentProblem("sentinel_future", _("发生日期不能晚于今天"))
    row = Sentinel(
        person=person,
        kind=kind,
        division=person.division,
        level=person.level,
        first_day=first_day,
        last_day=last_day,
        source=source.strip()[:60],
        note=note.strip(),
        recorded_by=user_of(by),
    )
    with refusals_told(sentinel_once=_("同一来源的这条线索已经登记")):
        row.save()
        _learned_after_checks(row)
    after = {"kind": kind, "first_day": first_day, "source": row.source, "person": person.pk}
    audit.record(
        by=signature(by), act="payments.record_sentinel", subject=row, after=after, division=row.division
    )
    return row


def _learned_after_checks(row: Sentinel) -> None:
    """Move what is learned behind every check that has ended: a clock that was put back must not make it look older."""
    newest = PayRun.objects.filter(checked_at__gte=row.learned_at).aggregate(at=Max("checked_at"))["at"]
    if newest is not None:
        row.learned_at = newest + timedelta(microseconds=1)
        Sentinel.objects.filter(pk=row.pk).update(learned_at=row.learned_at)


@transaction.atomic
def lift(*, by: Any, sentinel: Sentinel, on: date, reason: str) -> Sentinel:
    """Lift a circumstance that turned out wrong or is over (解除), with the reason."""
    row = Sentinel.objects.select_for_update().get(pk=sentinel.pk)
    user = signer(by, DECIDE, row.division, on)
    if not reason.strip():
        raise PaymentProblem("no_reason", _("解除须写明核实的情况"))
    if row.lifted_at is not None:
        raise PaymentProblem("sentinel_lifted", _("这条线索已经解除"))
    row.lifted_by, row.lifted_at, row.lifted_why = user, timezone.now(), reason.strip()
    row.save()
    audit.record(
        by=user,
        act="payments.lift_sentinel",
        subject=row,
        after={"kind": row.kind},
        reason=reason,
        division=row.division,
        about=(row.person.name,),
    )
    return row
