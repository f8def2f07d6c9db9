"""Record what somebody agreed to, and end it when they withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.consents.models import Consent
from anmin.kernel.exchange.consents.notices import notices
from anmin.kernel.facts.sources.catalogue import check_sources
from anmin.kernel.people.models import Person

WITNESSED = (Consent.Channel.PAPER, Consent.Channel.DESK)
"""Ways of agreeing that leave no trace but paper and the word of whoever was there."""
KEPT_WITH_THE_ROW = "理由密封存于授权记录"
"""What the book of acts says instead of a reason in which a family may name anybody; the authorisation shows it."""


class ConsentProblem(ValueError):
    """An authorisation cannot be recorded or withdrawn so; the message says why and what to do."""


@transaction.atomic
def record_consent(
    *,
    by: Any,
    person: Person,
    purpose: str,
    sources: Sequence[str],
    first_day: date,
    last_day: date,
    channel: str,
    signed_at: datetime,
    notice: str,
    witness: str = "",
    signer: Person | None = None,
) -> Consent:
    """Record an authorisation for one purpose (登记授权).

    Raises:
        ConsentProblem: without a source, with a span that ends before it begins, signed in the future, or with a
            notice that was not in use for this purpose on the day of signing.
    """
    given = notices().get(notice)
    if purpose not in Consent.Purpose.values or channel not in Consent.Channel.values:
        raise ConsentProblem("没有这种授权用途或签署方式，请从列表中选择")
    if not sources:
        raise ConsentProblem("没有选查询来源：请至少选一个，授权不能是空白的")
    if purpose == Consent.Purpose.CHECK and set(sources) - set(check_sources()):
        raise ConsentProblem("有不能用于核对的来源：请从列表中选择")
    if last_day < first_day:
        raise ConsentProblem("授权的最后一天早于第一天，请核对授权书上的日期")
    if signed_at > timezone.now():
        raise ConsentProblem("签署时间在将来，请按授权书上的时间填写")
    if given is None or given.purpose != purpose or given.since > timezone.localdate(signed_at):
        raise ConsentProblem("告知书的版本与用途或签署日期不符，请选签署时出示的那一版")
    if channel in WITNESSED and not witness.strip():
        raise ConsentProblem("书面或当面授权要写见证人：请填写在场见证的工作人员姓名")
    if timezone.localdate(signed_at) > last_day:
        raise ConsentProblem("签署日期晚于授权的最后一天，这份授权从来没有生效过；请核对日期")
    row = Consent(
        person=person,
        purpose=purpose,
        sources=sorted(set(sources)),
        first_day=first_day,
        last_day=last_day,
        channel=channel,
        signed_at=signed_at,
        signer=signer,
        witness=witness.strip(),
        notice=notice,
        recorded_by=str(by)[:150],
    )
    row.save()
    audit.record(
        by=by,
        act="exchange.record_consent",
        subject=row,
        after={
            "person": person.pk,
            "purpose": purpose,
            "sources": row.sources,
            "first_day": first_day,
            "last_day": last_day,
            "channel": channel,
            "notice": notice,
        },
        division=person.division,
    )
    return row


@transaction.atomic
def withdraw_consent(*, by: Any, consent: Consent, reason: str) -> Consent:
    """End an authorisation from now on (撤回授权). Only what rests on this record stops; the row stays.

    Raises:
        ConsentProblem: without a reason, or when it was withdrawn already.
    """
    if not reason.strip():
        raise ConsentProblem("请写撤回原因或方式，例如“本人到窗口口头提出”")
    row = Consent.objects.select_for_update().get(pk=consent.pk)
    if row.withdrawn_at is not None:
        raise ConsentProblem("这份授权已经撤回过了，不用再撤回")
    row.withdrawn_at = timezone.now()
    row.withdrawn_reason = reason.strip()[:300]
    row.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    audit.record(
        by=by,
        act="exchange.withdraw_consent",
        subject=row,
        before={"withdrawn_at": None},
        after={"withdrawn_at": row.withdrawn_at, "person": row.person_id, "purpose": row.purpose},
        reason=KEPT_WITH_THE_ROW,
        division=row.person.division,
    )
    return row
