"""What goes back to families whose claims were taken back, and whether it has come at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.queries import came_back
from anmin.kernel.payments.runs.models import PayLine, PayPart, PayRun

REFUNDS = ("refund", "by_hand")
"""Ways of instalments that go to the family."""


@dataclass(frozen=True)
class Refund:
    """What goes back to a family after its claim was taken back (退还): fen, the payment that carries it, or the voucher."""

    plan: RecoveryInstalment
    line: PayLine | None

    @property
    def fen(self) -> int:
        """Fen that go back."""
        return self.plan.fen

    @property
    def is_paid(self) -> bool:
        """Whether it has arrived: the bank said so, or two people paid it by a voucher."""
        return self.plan.paid_on is not None or (self.line is not None and self.line.state == "paid")


def refunds_of(recovery: Recovery) -> list[Refund]:
    """What goes back, if the claim was taken back after something had come: as a rule one, in the order of their making."""
    plans = recovery.instalments.filter(way__in=REFUNDS, cancelled_on__isnull=True).select_related("entry")
    found = []
    for plan in plans.order_by("number"):
        part = plan.parts.filter(is_live=True).select_related("line__run").first()
        found.append(Refund(plan, None if part is None else part.line))
    return found


def refund_of(recovery: Recovery) -> Refund | None:
    """What is still to go back of a claim that was taken back, else what went back last."""
    found = refunds_of(recovery)
    return next((one for one in found if not one.is_paid), found[-1] if found else None)


def refunded_beyond(recovery: Recovery) -> int:
    """Fen that were given back, or are on their way, and have not come: a deduction whose payment came back since."""
    going = sum(
        one.fen for one in refunds_of(recovery) if one.plan.paid_on is not None or one.line is not None
    )
    return max(0, going - came_back(recovery))


def refunds_in(run: PayRun) -> list[int]:
    """Lines of a run that carry a refund and have not gone out."""
    rows = PayLine.objects.filter(
        run=run, state__in=["due", "held"], parts__basis="refund", parts__is_live=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def uncovered(lines: Sequence[int]) -> list[int]:
    """Of lines, the keys of those that would give back what has not come: a deduction whose payment came back since."""
    parts = PayPart.objects.filter(line__in=list(lines), basis="refund", is_live=True)
    parts = parts.select_related("instalment__recovery").order_by("line", "pk")
    return sorted(
        {one.line_id for one in parts if one.instalment and refunded_beyond(one.instalment.recovery)}
    )
