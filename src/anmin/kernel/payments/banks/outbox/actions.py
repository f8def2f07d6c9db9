"""Hand files over, exactly once (发件箱): the intention is committed before anything leaves, and afterwards only asked about.

`waiting` → `unsure` (committed) → the bank is told → `done` or `refused`. Whoever finds a call `unsure` does not know
whether the bank has the file: it asks, and never sends by itself. Sending again takes two people, the bank's word that
it never received the file, and what they rest on in writing.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import BankCall, PayFile
from anmin.kernel.payments.banks.ports import ABSENT, ACCEPTED, REFUSED, Answer, Port, Silence
from anmin.kernel.payments.banks.ports.choosing import port_of
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.banks.storage import content_of
from anmin.kernel.payments.parties import APPROVE, PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.sealing import seal_of

SETTLING = timedelta(minutes=15)
"""How long after sending nobody asks: whoever sent may still be waiting for the answer."""


def deliver(*, by: Any, call: BankCall, at: datetime, port: Port | None = None) -> BankCall:
    """Hand a file over, or ask after it where that was begun before (发送). It never sends twice.

    Raises:
        PaymentProblem: `by_hand` for a bank without a way, `pay_run_changed`, `file_broken`. Nothing was sent then.
    """
    way = port or port_of(form_named(_file(call).form), call.division)
    if way is None:
        raise PaymentProblem("by_hand", _("这家银行没有直连通道，请导出文件送交，再登记已送交"))
    content = _begin(by, call, at)
    if content is None:
        return ask(by=by, call=call, at=at, port=way)
    try:
        answer = way.send(call.key, content)
    except Silence:
        return BankCall.objects.get(pk=call.pk)
    return _answered(by, call, answer, at)


def ask(*, by: Any, call: BankCall, at: datetime, port: Port | None = None) -> BankCall:
    """Ask the bank after a file of which nothing is known (查证); what it says is kept with the call."""
    row = BankCall.objects.get(pk=call.pk)
    if row.state != BankCall.State.UNSURE or at < row.next_at:
        return row
    way = port or port_of(form_named(_file(row).form), row.division)
    if way is None:
        return row
    try:
        answer = way.ask(row.key)
    except Silence:
        answer = None
    return _answered(by, row, answer, at)


def deliver_due(*, by: Any, at: datetime, port: Port | None = None) -> list[BankCall]:
    """Everything that waits to be handed over or asked about; no bank and no file holds up the others.

    Raises:
        PaymentProblem: when all the others are done, what the first of those was that could not be handed over.
    """
    rows = BankCall.objects.filter(state__in=["waiting", "unsure"], next_at__lte=at).order_by("next_at", "pk")
    done, troubles = [], []
    for row in rows:
        try:
            if port is not None or port_of(form_named(_file(row).form), row.division) is not None:
                done.append(deliver(by=by, call=row, at=at, port=port))
        except PaymentProblem as trouble:
            troubles.append((row.key, trouble))
    if troubles:
        key, first = troubles[0]
        raise PaymentProblem(
            first.code,
            _("有 %(n)d 个文件没有发出，其余已办。%(key)s：%(words)s")
            % {"n": len(troubles), "key": key, "words": first},
        ) from first
    return done


@transaction.atomic
def resend(*, by: Any, beside: User, call: BankCall, evidence: str, at: datetime) -> BankCall:
    """Queue a file again that the bank says it never received (重新发送), by two people, with what they rest on.

    Raises:
        PaymentProblem: `not_absent` without the bank's word, `by_two`, `no_reason`.
    """
    row = BankCall.objects.select_for_update().get(pk=call.pk)
    user = two(by, beside, row.division, timezone.localdate(at), evidence)
    told = json.loads(row.answer or "{}")
    if row.state != BankCall.State.UNSURE or told.get("word") != ABSENT:
        raise PaymentProblem(
            "not_absent", _("银行没有答复“未收到”，不能重新发送；请先查证，或凭银行书面证明登记为拒收")
        )
    if _file(row).returns.exists():
        raise PaymentProblem("answered", _("这个文件已有回盘，银行已经收到，不能重新发送"))
    row.state, row.answer, row.next_at = BankCall.State.WAITING, "", at
    row.save()
    _record(user, row, "resend", {"beside": beside.pk, "tries": row.tries}, evidence)
    return row


@transaction.atomic
def hand_over(*, by: Any, file: PayFile, reference: str, on: date, at: datetime) -> BankCall:
    """Note that somebody brought a file to the bank, or a sheet to the village, and the receipt (登记已送交)."""
    row = BankCall.objects.select_for_update().get(file=file, what="send")
    must(by, PREPARE, row.division, on)
    if port_of(form_named(file.form), file.division) is not None:
        raise PaymentProblem("by_machine", _("这家银行由系统发送，不用人工送交"))
    if row.state != BankCall.State.WAITING:
        raise PaymentProblem("handed_over", _("这个文件已经登记送交过"))
    if not reference.strip():
        raise PaymentProblem("no_reason", _("请写明银行回执号，或签收人"))
    _check_unchanged(file)
    row.tries += 1
    _settle(by, row, Answer(ACCEPTED, reference.strip()[:60]), at)
    return row


@transaction.atomic
def declare_refused(
    *, by: Any, beside: User, call: BankCall, evidence: str, at: datetime, on: date
) -> BankCall:
    """Note a bank's written word that it did not and will not carry out a file (凭证明登记拒收), by two people."""
    row = BankCall.objects.select_for_update().get(pk=call.pk)
    user = two(by, beside, row.division, on, evidence)
    if row.state != BankCall.State.UNSURE:
        raise PaymentProblem("not_unsure", _("只有发送结果不明的文件才需要这样登记"))
    _record(user, row, "declare_refused", {"beside": beside.pk}, evidence)
    _settle(user, row, Answer(REFUSED, reason=evidence[:60]), at)
    return row


def two(by: Any, beside: User, division: str, on: date, evidence: str) -> User:
    """The first of two people who sign, with what they rest on.

    Raises:
        PaymentProblem: `by_two`, `no_reason`, `no_power`.
    """
    user = signer(by, PREPARE, division, on)
    if user == beside:
        raise PaymentProblem("by_two", _("须由两人办理，请另一人复核"))
    must(beside, APPROVE, division, on)
    if not evidence.strip():
        raise PaymentProblem("no_reason", _("请写明依据，例如银行书面答复的文号"))
    return user


def _file(call: BankCall) -> PayFile:
    if call.file is None:
        raise PaymentProblem("no_file", _("这笔往来没有代发文件"))
    return call.file


def _check_unchanged(file: PayFile) -> bytes:
    content = content_of(file)
    if seal_of(file.run_id) != file.run.seal:
        raise PaymentProblem(
            "pay_run_changed", _("名单或金额与审批时不一致，文件没有发出；请查明后报告分管领导")
        )
    return content


def _begin(by: Any, call: BankCall, at: datetime) -> bytes | None:
    """Commit that the file is about to leave; its content, or None when that was begun before."""
    with transaction.atomic(durable=True):
        row = BankCall.objects.select_for_update().get(pk=call.pk)
        must(by, PREPARE, row.division, timezone.localdate(at))
        if row.state != BankCall.State.WAITING:
            return None
        file = PayFile.objects.select_related("run").select_for_update(of=("self",)).get(pk=_file(row).pk)
        if file.state not in (PayFile.State.MADE, PayFile.State.SENDING):
            return None
        content = _check_unchanged(file)
        row.state, row.tries, row.next_at = BankCall.State.UNSURE, row.tries + 1, at + SETTLING
        row.save()
        file.state = PayFile.State.SENDING
        file.save(update_fields=["state"])
        _record(signature(by), row, "send_file", {"batch": row.key, "try": row.tries, "sha256": file.sha256})
    return content


def _answered(by: Any, call: BankCall, answer: Answer | None, at: datetime) -> BankCall:
    with transaction.atomic():
        row = BankCall.objects.select_for_update().get(pk=call.pk)
        if row.state != BankCall.State.UNSURE:
            return row  # somebody else had the same answer; twice is once
        if answer is not None and answer.word in (ACCEPTED, REFUSED):
            _settle(by, row, answer, at)
            return row
        row.next_at = at + SETTLING
        if answer is not None:
            row.answer = _told(answer, at)
        row.save()
        return row


def _settle(by: Any, row: BankCall, answer: Answer, at: datetime) -> None:
    is_taken = answer.word == ACCEPTED
    row.state = BankCall.State.DONE if is_taken else BankCall.State.REFUSED
    row.answer, row.answered_at = _told(answer, at), at
    row.save()
    file = PayFile.objects.select_for_update().get(pk=_file(row).pk)
    if file.state in (PayFile.State.MADE, PayFile.State.SENDING):
        file.state = PayFile.State.ACCEPTED if is_taken else PayFile.State.REFUSED
    file.bank_reference, file.sent_at = answer.reference, at
    file.save(update_fields=["state", "bank_reference", "sent_at"])
    _record(signature(by), row, "file_answered", {"batch": row.key, "word": answer.word})
    if not is_taken:
        returning.return_whole(by=by, file=file, on=timezone.localdate(at))


def _told(answer: Answer, at: datetime) -> str:
    told = {"word": answer.word, "reference": answer.reference, "reason": answer.reason}
    return json.dumps({**told, "at": at.isoformat()}, ensure_ascii=False)


def _record(by: Any, row: BankCall, act: str, after: dict[str, Any], reason: str = "") -> None:
    audit.record(by=by, act=f"payments.{act}", subject=row, after=after, reason=reason, division=row.division)
