"""What the books of money say about a case (账面与办件): a claim is repaid or written off there first, then here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anmin.kernel.cases.matters import kind_of
from anmin.kernel.cases.models import Case
from anmin.kernel.payments.problems import yuan
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import left_of, recovery_of_case
from anmin.kernel.payments.recovery.refunds.queries import refund_of

RECOVERY = "recovery"
State = Recovery.State
WANTED = {
    "agree": (State.AGREED, State.REPAID),
    "repay": (State.REPAID,),
    "write_off": (State.WRITTEN_OFF,),
    "go_to_court": (State.COURT,),
    "take_back": (State.DROPPED,),
}
"""The states of the recovery in which a step of its case may be taken."""


def unsettled_of(case: Case) -> dict[str, str]:
    """Steps that the books stand against, each with what is to be done there first; nothing where there is no claim."""
    claim = recovery_of_case(case.number) if kind_of(case.matter) == RECOVERY else None
    if claim is None:
        return {}
    left = {"number": claim.number, "fen": yuan(left_of(claim))}
    words = {
        "agree": _("请先在资金“多发追回”%(number)s 登记各期还款，再记“已商定”"),
        "repay": _("账上还有 %(fen)s 元没有还；收到款后由财务在“多发追回”%(number)s 登记"),
        "write_off": _("请先在资金“多发追回”%(number)s 由两人核销未还的 %(fen)s 元"),
        "go_to_court": _("请先在资金“多发追回”%(number)s 登记移送法院"),
        "take_back": _("请先在资金“多发追回”%(number)s 撤回追回通知"),
    }
    found = {step: words[step] % left for step, states in WANTED.items() if claim.state not in states}
    refund = refund_of(claim)
    if refund is not None and not refund.is_paid:
        told = {"number": claim.number, "fen": yuan(refund.fen)}
        found["take_back"] = _("“多发追回”%(number)s 已还的 %(fen)s 元还没有退到家庭；到账后再办") % told
    return found
