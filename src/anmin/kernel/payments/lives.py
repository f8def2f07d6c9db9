"""A payment's life (一笔的来龙去脉): decision, roster, exceptions, signatures, files, the bank's answers, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils import timezone

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.queries import amount_in, each_period, title_of_benefit
from anmin.kernel.payments.approvals.queries import approvals
from anmin.kernel.payments.banks.models import ReturnLine
from anmin.kernel.payments.banks.queries import Moment, life_of
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.errands.queries import errands
from anmin.kernel.payments.ledger.models import LedgerLine
from anmin.kernel.payments.problems import yuan
from anmin.kernel.payments.runs.models import PayLine


def life(reader: Reader, line: PayLine) -> list[Moment]:
    """Everything that happened to a payment, the earliest first."""
    moments = [*_before(line), *_exceptions(reader, line), *_signatures(line), *life_of(reader, line)]
    moments += [*_refunds(line), *_not_deducted(line)]
    if (settled := _deducted(line)) is not None:
        moments.append(settled)
    gone = errands(reader, line.run, "give_up").filter(subject=line.pk, state="done").first()
    if gone is not None and gone.done_at is not None:
        moments.append(Moment(gone.done_at, "given_up", {}))
    return sorted(moments, key=lambda one: _when(one.at))


def _before(line: PayLine) -> Iterator[Moment]:
    amount = amount_in(line.entitlement, line.run.month)
    decision = line.entitlement.begun_by if amount is None else amount.decision
    told = {
        "benefit": title_of_benefit(line.benefit),
        "each": each_period(line.benefit),
        "fen": yuan(0 if amount is None else amount.fen),
    }
    yield Moment(decision.on, "granted", told)
    yield Moment(line.run.roster_day, "locked", {"run": line.run.number})


def _exceptions(reader: Reader, line: PayLine) -> Iterator[Moment]:
    for row in PayException.objects.filter(reader.q(), line=line).order_by("pk"):
        title = str(CODES[row.code].title)
        yield Moment(row.found_at, "exception", {"title": title})
        if row.decided_at is not None and row.state in ("released", "excluded"):
            yield Moment(row.decided_at, row.state, {"title": title})


def _signatures(line: PayLine) -> Iterator[Moment]:
    for row in approvals(line.run):
        yield Moment(row.at, "signed" if row.outcome == "approve" else "sent_back", {"who": str(row.by)})


def _refunds(line: PayLine) -> Iterator[Moment]:
    """What of it goes back after a claim was taken back, and what was deducted from it and given back since."""
    parts = line.parts.filter(is_live=True, instalment__recovery__state="dropped")
    for part in parts.select_related("instalment__recovery").order_by("pk"):
        assert part.instalment is not None
        claim = part.instalment.recovery
        told = {"number": claim.number, "fen": yuan(abs(part.fen))}
        if part.basis == "refund":
            yield Moment(line.run.roster_day, "refund", told)
        elif claim.closed_on is not None:
            yield Moment(claim.closed_on, "refunded", told)


def _not_deducted(line: PayLine) -> Iterator[Moment]:
    """What was to be deducted from a payment that came back: it is owed as before."""
    if line.state not in (PayLine.State.RETURNED, PayLine.State.EXCLUDED):
        return
    said = ReturnLine.objects.filter(order__pay_line=line, status="returned").select_related("return_file")
    last = said.order_by("-pk").first()
    for part in line.parts.filter(basis="deduct").select_related("instalment__recovery").order_by("pk"):
        assert part.instalment is not None
        if last is not None:
            told = {"number": part.instalment.recovery.number, "fen": yuan(-part.fen)}
            yield Moment(last.return_file.received_at, "not_deducted", told)


def _deducted(line: PayLine) -> Moment | None:
    """A line of which deductions left nothing: when it was settled in the books."""
    posted = LedgerLine.objects.filter(pay_line=line, entry__kind="deducted").select_related("entry").first()
    return None if posted is None else Moment(posted.entry.at, "deducted", {})


def _when(at: date | datetime) -> datetime:
    """Days stand at their beginning, so that what happened on them at a time comes after."""
    if isinstance(at, datetime):
        return at if timezone.is_aware(at) else timezone.make_aware(at)
    return timezone.make_aware(datetime.combine(at, time.min))
