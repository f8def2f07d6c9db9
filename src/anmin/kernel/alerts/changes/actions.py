"""Open the review that a sign of change asks for, with its limit and its effect; hold a payment that may go to the dead."""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.alerts.changes.effects import changes, effect_of
from anmin.kernel.alerts.changes.moves import moves
from anmin.kernel.alerts.limits import LESS
from anmin.kernel.alerts.models import Alert, AlertHit
from anmin.kernel.alerts.raising.actions import Raised, raise_hits
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.matters import REVIEW, benefits_of
from anmin.kernel.cases.queries import running_review
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.sentinels import actions as sentinels

log = structlog.get_logger()
MOST = 2000


def raise_moves(*, by: Any, on: date) -> Raised:
    """Raise every move out of the county of somebody who has a benefit there (迁移比对). Nothing else changes by it."""
    return raise_hits(by=by, hits=moves(on), on=on)


def open_reviews(*, by: Any, on: date) -> int:
    """Open a review for every open sign that a running benefit may change (动态管理), once; how many were opened.

    Each begins its statutory clock and carries what the benefit would come to by the same rules. Nothing is stopped,
    reduced or refused: the benefit runs on until somebody decides. A sign of death or detention holds the next payment.
    """
    opened = 0
    rows = Alert.objects.filter(direction=LESS, case__isnull=True).exclude(state="closed")
    for row in rows.order_by("raised_on", "pk")[:MOST]:
        try:
            with transaction.atomic():
                opened += _open(by, row.pk, on)
        except StepRefused as trouble:
            log.warning("alerts.review_not_opened", alert=row.pk, why=str(trouble))
    return opened


def _open(by: Any, pk: int, on: date) -> bool:
    alert = Alert.objects.select_for_update(of=("self",)).select_related("household").get(pk=pk)
    hits = list(
        alert.hits.filter(round=alert.round, is_quiet=False).select_related("person").order_by("-as_of")
    )
    _hold(by, hits, on)
    entitlement = _touched(alert, hits, on)
    if entitlement is None or alert.case_id is not None:
        return False
    case = running_review(entitlement)
    is_new = case is None
    if case is None:
        case = open_upkeep(by=by, entitlement=entitlement, on=on, reason=_("监测预警"))
        take_step(by=by, case=case, action="start", on=on, seen=case.last_step)
        case.refresh_from_db()
    found = effect_of(case, hits, on)
    alert.case, alert.entitlement = case, entitlement
    alert.effect_before, alert.effect_after = found or (None, None)
    alert.save(update_fields=["case", "entitlement", "effect_before", "effect_after"])
    after = {"case": case.number, "effect": list(found) if found else None}
    audit.record(
        by=signature(by), act="alerts.open_review", subject=alert, after=after, division=alert.division
    )
    return is_new


def _touched(alert: Alert, hits: list[AlertHit], on: date) -> Entitlement | None:
    """The running benefit that a sign is about: the one it names, else of a person hit, else of the household; the strongest layer first."""
    reviewed = benefits_of(REVIEW, alert.division, on)
    kind, _colon, named = alert.cause.removesuffix(":less").partition(":")
    if kind == "without" and named not in reviewed:
        reviewed = (named,)
    persons = {hit.person_id for hit in hits if hit.person_id is not None}
    rows = Entitlement.objects.exclude(state=Entitlement.State.ENDED)
    rows = rows.filter(Q(household=alert.household) | Q(person__in=persons))
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), benefit__in=reviewed)
    if kind == "without" and rows.filter(benefit=named).exists():
        rows = rows.filter(benefit=named)
    rows = rows.filter(Q(person__isnull=True) | Q(person__in=persons))
    order = {key: at for at, key in enumerate(reviewed)}
    return min(rows, key=lambda row: (order[row.benefit], row.pk), default=None)


def _hold(by: Any, hits: list[AlertHit], on: date) -> None:
    """Note for the pay file what must hold a line (停发哨兵): said once, and lifted by people."""
    kinds = changes()["sentinels"]
    for hit in hits:
        kind = kinds.get(hit.cause.partition(":")[0])
        if kind is None or hit.person is None:
            continue
        source = ",".join(hit.sources)[:60] or _("监测预警")
        try:
            with transaction.atomic():
                sentinels.record(
                    by=by, person=hit.person, kind=kind, first_day=min(hit.as_of, on), source=source, on=on
                )
        except PaymentProblem as trouble:
            if trouble.code != "sentinel_once":
                raise
