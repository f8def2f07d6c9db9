"""What the worker does for each kind of errand; a sentence of what came of it, and figures where there are any."""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import BankCall, PayFileLine, ReturnFile
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reconciling import actions as reconciling
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.ledger import actions as ledger
from anmin.kernel.payments.ledger.models import PeriodClosing
from anmin.kernel.payments.problems import yuan
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.payments.sentinels.hearing.actions import hear

MOST = 200
"""Lines of a result that are kept; more are only counted."""
Outcome = tuple[str, dict[str, Any]]


def make_files(row: Errand, on: date, at: datetime) -> Outcome:
    """Files of an approved run."""
    assert row.run is not None
    leave_out = bool(row.values.get("leave_out"))
    filed = filing.make_files(by=row.asked_by, run=row.run, on=on, leave_out=leave_out)
    lines, fen = sum(one.lines_number for one in filed.files), sum(one.fen for one in filed.files)
    told = _("生成 %(files)d 个代发文件，%(lines)d 笔，%(fen)s 元") % {
        "files": len(filed.files),
        "lines": lines,
        "fen": yuan(fen),
    }
    if filed.deducted:
        told += _("；有 %(n)d 笔全额抵扣追回款，不用打款") % {"n": filed.deducted}
    if filed.left:
        told += _("；有 %(n)d 笔留下没有出文件") % {"n": len(filed.left)}
    left = [{"line": one.pay_line, "words": one.words} for one in filed.left[:MOST]]
    return told, {"left": left, "left_number": len(filed.left)}


def deliver(row: Errand, on: date, at: datetime) -> Outcome:
    """Hand a file over, or ask after it."""
    call = outbox.deliver(by=row.asked_by, call=BankCall.objects.get(pk=_key(row)), at=at)
    return _("%(key)s：%(state)s") % {"key": call.key, "state": call.get_state_display()}, {}


def receive(row: Errand, on: date, at: datetime) -> Outcome:
    """An answer of a bank that was handed in."""
    made = returning.receive(
        by=row.asked_by,
        form=row.values["form"],
        division=row.division,
        name=row.values["name"],
        content=base64.b64decode(row.content),
        on=on,
    )
    row.content = ""
    told = _("%(state)s：%(lines)d 笔，%(fen)s 元") % {
        "state": made.get_state_display(),
        "lines": made.lines_number,
        "fen": yuan(made.fen),
    }
    return told, {"return_file": made.pk}


def release_return(row: Errand, on: date, at: datetime) -> Outcome:
    """A quarantined answer counts after all."""
    made = returning.release(by=row.asked_by, return_file=_return(row), on=on, reason=row.words)
    return _("已核实入账，%(lines)d 笔") % {"lines": made.lines_number}, {"return_file": made.pk}


def reject_return(row: Errand, on: date, at: datetime) -> Outcome:
    """A quarantined answer is thrown out."""
    made = returning.reject(by=row.asked_by, return_file=_return(row), on=on, reason=row.words)
    return _("已作废，请向银行索取正确的回盘文件"), {"return_file": made.pk}


def resend(row: Errand, on: date, at: datetime) -> Outcome:
    """A file that the bank never received goes out again."""
    call = BankCall.objects.get(pk=_key(row))
    outbox.resend(by=row.asked_by, beside=_second(row), call=call, evidence=row.words, at=at)
    return _("已排队重新发送"), {}


def declare_refused(row: Errand, on: date, at: datetime) -> Outcome:
    """The bank's written word that it did not carry a file out."""
    call = BankCall.objects.get(pk=_key(row))
    outbox.declare_refused(by=row.asked_by, beside=_second(row), call=call, evidence=row.words, at=at, on=on)
    return _("已登记为拒收，整个文件按退票处理"), {}


def settle_by_paper(row: Errand, on: date, at: datetime) -> Outcome:
    """What a bank says in writing of one payment."""
    returning.settle_by_paper(
        by=row.asked_by,
        beside=_second(row),
        order=PayFileLine.objects.get(pk=_key(row)),
        status=row.values["status"],
        code=row.values.get("code", ""),
        document=row.words,
        on=on,
        day=date.fromisoformat(row.values["day"]) if "day" in row.values else None,
    )
    return _("已凭书面答复登记"), {}


def reissue(row: Errand, on: date, at: datetime) -> Outcome:
    """Returned payments go out again."""
    assert row.run is not None
    keys = [row.subject] if row.subject else row.values.get("lines", [])
    hear(by=row.asked_by, division=row.division, on=on)
    stopped = filing.stopped_since(row.run, PayLine.objects.filter(pk__in=keys), on, keys)
    if stopped:
        told = _("有 %(n)d 笔校验以后有新情况，没有重发：请先在批次的“待处理的异常”里处理") % {
            "n": len(stopped)
        }
        return told, {"left": [{"line": one, "words": str(_("校验以后有新情况"))} for one in stopped[:MOST]]}
    made = reissuing.reissue(
        by=row.asked_by, run=row.run, lines=list(PayLine.objects.filter(pk__in=keys)), on=on
    )
    names = "、".join(one.batch for one in made)
    return _("已生成重发文件 %(names)s") % {"names": names}, {"files": [one.pk for one in made]}


def give_up(row: Errand, on: date, at: datetime) -> Outcome:
    """A payment that came back is given up."""
    line = PayLine.objects.get(pk=_key(row))
    reissuing.give_up(by=row.asked_by, beside=_second(row), line=line, reason=row.words, on=on)
    return _("已决定不再发放，%(fen)s 元退回可用指标") % {"fen": yuan(line.fen)}, {}


def reconcile(row: Errand, on: date, at: datetime) -> Outcome:
    """Roster, files and returns side by side."""
    assert row.run is not None
    made = reconciling.reconcile(by=row.asked_by, run=row.run, on=on)
    number = len(made.differences)
    told = _("全部相符") if not number else _("有 %(n)d 处不符") % {"n": number}
    return told, {"reconciliation": made.pk}


def take_statement(row: Errand, on: date, at: datetime) -> Outcome:
    """A bank's statement of a day, and at once beside our answers of that day."""
    given = row.values
    made = reconciling.take_statement(
        by=row.asked_by,
        form=given["form"],
        division=row.division,
        day=date.fromisoformat(given["day"]),
        opening=given["opening"],
        closing=given["closing"],
        lines=[(key, fen) for key, fen in given["lines"]],
        on=on,
    )
    return _compared(row, made.bank, made.day)


def compare_day(row: Errand, on: date, at: datetime) -> Outcome:
    """A day's answers beside the bank's statement of it."""
    return _compared(row, row.values["bank"], date.fromisoformat(row.values["day"]))


def close_run(row: Errand, on: date, at: datetime) -> Outcome:
    """A run is finished."""
    assert row.run is not None
    runs.close_run(by=row.asked_by, run=row.run, on=on)
    return _("批次已办结。"), {}


def void_run(row: Errand, on: date, at: datetime) -> Outcome:
    """A run without files is voided."""
    assert row.run is not None
    runs.void(by=row.asked_by, run=row.run, on=on, reason=row.words)
    return _("批次已作废。"), {}


def close_period(row: Errand, on: date, at: datetime) -> Outcome:
    """A month of a book is closed."""
    made = ledger.close_period(
        by=row.asked_by,
        beside=_second(row),
        division=row.division,
        month=date.fromisoformat(row.values["month"]),
        on=on,
    )
    return _("%(month)s 已结账，%(n)d 张凭证") % {"month": f"{made.month:%Y-%m}", "n": made.entries}, {}


def reopen_period(row: Errand, on: date, at: datetime) -> Outcome:
    """A closed month is opened again."""
    closing = PeriodClosing.objects.get(pk=_key(row))
    ledger.reopen_period(by=row.asked_by, beside=_second(row), closing=closing, on=on, reason=row.words)
    return _("%(month)s 已反结账") % {"month": f"{closing.month:%Y-%m}"}, {}


def price_subsidy(row: Errand, on: date, at: datetime) -> Outcome:
    """The price subsidy of a month is started."""
    given = row.values
    runs.start_price_subsidy(
        by=row.asked_by,
        beside=_second(row),
        division=row.division,
        month=date.fromisoformat(given["month"]),
        benefits=given["benefits"],
        rates={"cpi": given["cpi"], "food": given["food"], "index": given["index"]},
        urban_fen=given["urban"],
        rural_fen=given["rural"],
        document=given["document"],
        on=on,
    )
    return _("价格临时补贴已启动，计入当月发放"), {}


def continue_rate(row: Errand, on: date, at: datetime) -> Outcome:
    """Last year's standard goes on."""
    runs.continue_rate(
        by=row.asked_by,
        beside=_second(row),
        rate=row.values["rate"],
        division=row.division,
        year=row.values["year"],
        document=row.values["document"],
        reason=row.words,
        on=on,
    )
    return _("已决定沿用，重新校验批次后生效"), {}


def write_off(row: Errand, on: date, at: datetime) -> Outcome:
    """What is left of a recovery, or the part that was asked for, is given up."""
    claim = Recovery.objects.get(pk=_key(row))
    fen = row.values.get("fen")
    recovery.write_off(by=row.asked_by, beside=_second(row), recovery=claim, on=on, reason=row.words, fen=fen)
    return _("已核销"), {}


def take_back(row: Errand, on: date, at: datetime) -> Outcome:
    """A claim of which something had come back was wrong: that sum goes to the family again."""
    refunds.take_back(
        by=row.asked_by,
        beside=_second(row),
        recovery=Recovery.objects.get(pk=_key(row)),
        on=on,
        reason=row.words,
        fen=row.values["fen"],
    )
    return _("已撤回，%(fen)s 元要退给家庭：随下次发放，或凭付款凭证") % {"fen": yuan(row.values["fen"])}, {}


def refund_by_hand(row: Errand, on: date, at: datetime) -> Outcome:
    """What had come back is given back by a voucher."""
    claim = Recovery.objects.get(pk=_key(row))
    refunds.pay_by_hand(by=row.asked_by, beside=_second(row), recovery=claim, document=row.words, on=on)
    return _("已凭付款凭证退还"), {}


def _compared(row: Errand, bank: str, day: date) -> Outcome:
    found = reconciling.statement_differences(row.division, bank, day)
    told = _("当天全部相符") if not found else _("当天有 %(n)d 处不符") % {"n": len(found)}
    return told, {"differences": [asdict(one) for one in found[:MOST]], "number": len(found)}


def _return(row: Errand) -> ReturnFile:
    return ReturnFile.objects.get(pk=_key(row))


def _second(row: Errand) -> Any:
    assert row.seconded_by is not None
    return row.seconded_by


def _key(row: Errand) -> int:
    assert row.subject is not None
    return row.subject
