"""What came back (退票处理): pay it again to a corrected account that two people stand for, or give it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks.filing.actions import (
    account_in_force,
    make_file_of,
    move,
    refund_waits,
    sealed_run,
    stopped_since,
)
from anmin.kernel.payments.banks.layouts import Form, form_for, form_named
from anmin.kernel.payments.banks.models import PayFile, PayFileLine
from anmin.kernel.payments.banks.returning.matching import settle_run
from anmin.kernel.payments.checks.actions import settle_with
from anmin.kernel.payments.ledger.actions import Posting, post
from anmin.kernel.payments.parties import APPROVE, DECIDE, PREPARE, must, signer
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem, refusals_told, yuan
from anmin.kernel.payments.recovery.refunds.queries import refunded_beyond, uncovered
from anmin.kernel.payments.recovery.settling.actions import let_go
from anmin.kernel.payments.runs.models import PayLine, PayPart, PayRun
from anmin.kernel.payments.sentinels.hearing.actions import hear


@transaction.atomic
def reissue(*, by: Any, run: PayRun, lines: Sequence[PayLine], on: date) -> list[PayFile]:
    """Pay returned lines of a run again (退票重发), each to the confirmed account of today, in files of their own.

    Where the bank's reason says that the account is wrong, it must be another account than the one that failed.

    What was learned about the household since the check is looked at first: then it is lifted, or the line given up.

    Raises:
        PaymentProblem: `run_moved`, `pay_run_changed`, `not_returned`, `sentinel`, `no_account`, `same_account`,
            `nothing_due`, `refund_uncovered`.
        FileProblem: `unwritable`.
    """
    row = sealed_run(by, run, on)
    keys = [line.pk for line in lines]
    rows = list(PayLine.objects.select_for_update().filter(pk__in=keys, run=row).order_by("pk"))
    if not rows:
        raise PaymentProblem("nothing_due", _("没有选中要重发的明细"))
    hear(by=by, division=row.division, on=on)
    few = [line.pk for line in rows]
    if stopped := stopped_since(row, PayLine.objects.filter(pk__in=few), on, few):
        raise PaymentProblem(
            "sentinel",
            _("明细 %(line)d 的家庭有死亡、羁押、证件或重复享受等情况，不能重发；核实后解除，或不再发放")
            % {"line": stopped[0]},
        )
    if bare := uncovered(few):
        raise PaymentProblem("refund_uncovered", refund_waits(bare[0]))
    by_form: dict[str, list[tuple[PayLine, PayeeAccount, int]]] = defaultdict(list)
    chosen: dict[str, Form] = {}
    for line in rows:
        last = line.orders.select_related("file").order_by("-attempt").first()
        if line.state != PayLine.State.RETURNED or last is None or last.state != PayFileLine.State.RETURNED:
            raise PaymentProblem("not_returned", _("明细 %(line)d 没有退票，不能重发") % {"line": line.pk})
        account = _account_for(line, last, on)
        form = form_for(account.bank, account.way, row.division, on)
        chosen[form.key] = form
        by_form[form.key].append((line, account, last.attempt + 1))
    made = [make_file_of(by, row, chosen[key], orders, on) for key, orders in by_form.items()]
    move(row, PayRun.State.FILED)
    return made


@transaction.atomic
def give_up(*, by: Any, beside: Any, line: PayLine, reason: str, on: date) -> PayLine:
    """Give a line up that came back, or that never went out (不再发放), by two people; its money is available again.

    Its months count as not paid: who is still entitled to them has them in the next run.

    Raises:
        PaymentProblem: `by_two`, `no_reason`, `not_returned`, `deduction_refunded` where what was deducted went back to
            the family already.
    """
    row = PayLine.objects.select_for_update().get(pk=line.pk)
    run = PayRun.objects.select_for_update().get(pk=row.run_id)
    user = _two_give_up(by, beside, run.division, on, reason)
    if row.state not in (PayLine.State.RETURNED, PayLine.State.DUE) or run.state not in (
        PayRun.State.APPROVED,
        PayRun.State.FILED,
        PayRun.State.SETTLED,
    ):
        raise PaymentProblem("not_returned", _("只有退票或没有发出的明细可以不再发放"))
    _not_refunded(row)
    stands = "returned" if row.state == PayLine.State.RETURNED else "blocked"
    if row.fen:
        post(
            by=user,
            division=run.division,
            on=on,
            kind="give_up",
            source=f"line:{row.pk}:free",
            lines=[
                Posting("available", row.fen, row.budget_line_id, row.benefit),
                Posting(stands, -row.fen, row.budget_line_id, row.benefit),
            ],
        )
    row.state = PayLine.State.EXCLUDED
    with refusals_told():
        row.save(update_fields=["state"])
        PayPart.objects.filter(line=row).update(is_live=False)
    let_go(by=user, lines=PayLine.objects.filter(pk=row.pk), on=on)
    settle_with(row, user, reason)
    settle_run(run.pk)
    audit.record(
        by=user,
        act="payments.give_up",
        subject=row,
        after={"fen": row.fen, "beside": beside.pk},
        reason=reason,
        division=row.division,
    )
    return row


def _two_give_up(by: Any, beside: Any, division: str, on: date, reason: str) -> Any:
    """Finance or whoever decides exceptions says so, and another who signs agrees."""
    user = signer(by, (PREPARE, DECIDE), division, on)
    if user == beside:
        raise PaymentProblem("by_two", _("须由两人办理，请另一人复核"))
    must(beside, APPROVE, division, on)
    if not reason.strip():
        raise PaymentProblem("no_reason", _("请写明核实的情况和理由"))
    return user


def _not_refunded(line: PayLine) -> None:
    """A deduction that was given back to the family must not come to nothing: it would have the sum twice."""
    taken = PayPart.objects.filter(
        line=line, is_live=True, basis="deduct", instalment__recovery__state="dropped"
    )
    for part in taken.select_related("instalment__recovery").order_by("pk"):
        assert part.instalment is not None
        claim = part.instalment.recovery
        if refunded_beyond(claim):
            raise PaymentProblem(
                "deduction_refunded",
                _(
                    "这一笔抵扣过的 %(fen)s 元已随追回 %(number)s 撤回退给家庭（或已列入退还），只能更正账户后重发；"
                    "退还的那一笔还没有发出的，先作废或不再发放那一笔"
                )
                % {"fen": yuan(-part.fen), "number": claim.number},
            )


def _account_for(line: PayLine, last: PayFileLine, on: date) -> PayeeAccount:
    account = account_in_force(line, on)
    if account is None:
        raise PaymentProblem(
            "no_account", _("明细 %(line)d 没有经复核的收款账户，请登记并由第二人复核") % {"line": line.pk}
        )
    code = form_named(last.file.form).code_on(last.code, last.answered_on or on)
    if account.pk == last.account_id and (code is None or code.mend == "account"):
        raise PaymentProblem(
            "same_account",
            _("明细 %(line)d 因“%(why)s”退回，请先登记正确的账户并由第二人复核，再重发")
            % {"line": line.pk, "why": code.title if code else last.code},
        )
    return account
