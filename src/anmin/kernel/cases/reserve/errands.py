"""What a town's reserve does in two names (备用金两人办理): one asks, another agrees under their own log-in, the worker does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import ProcedureProblem
from anmin.kernel.cases.reserve import actions
from anmin.kernel.payments.errands import actions as errands
from anmin.kernel.payments.errands import queries
from anmin.kernel.payments.errands.doing import Outcome
from anmin.kernel.payments.errands.kinds import Kind, registered
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.policy.errors import PolicyError

FILL = tuple(sorted(actions.FILL))
BESIDE = (*FILL, "case.confirm_in_town")
"""Who may agree: whoever may fill the reserve, and the town's leader."""
CLOSE, PAY_FIRST = "reserve_close", "reserve_pay_first"


def ask_to_close(*, by: Reader, town: str, month: date, on: date) -> Errand:
    """Ask that a month of a town's reserve be closed (提出月末对账)."""
    return errands.ask(by=by, kind=CLOSE, division=town, values={"month": month.isoformat()}, on=on)


def ask_to_pay_first(*, by: Reader, case: Case, fen: int, seen: int, reason: str, on: date) -> Errand:
    """Ask that a case be paid first (提出先行救助), within the limit; `seen` is the last step before the asker's eyes.

    Raises:
        StepRefused: `not_urgent`, `over_limit`; PaymentProblem: as `errands.ask`.
    """
    actions.within_limit(case, fen, on)
    return errands.ask(
        by=by,
        kind=PAY_FIRST,
        division=case.division[: actions.TOWN_DIGITS],
        subject=case.pk,
        values={"case": case.number, "fen": fen, "seen": seen},
        words=reason,
        level=case.level,
        on=on,
    )


def errands_of(reader: Reader, town: str) -> QuerySet[Errand]:
    """What was asked for about a town's reserve, the newest first."""
    return queries.errands(reader, None, CLOSE, PAY_FIRST).filter(division=town)


def _close(row: Errand, on: date, at: datetime) -> Outcome:
    month = date.fromisoformat(row.values["month"])
    with _told():
        made = actions.close_month(
            by=row.asked_by, beside=_second(row), town=row.division, month=month, on=on
        )
    return _("%(month)s 已对账，余额 %(fen)s 元") % {"month": f"{month:%Y-%m}", "fen": yuan(made.balance)}, {}


def _pay_first(row: Errand, on: date, at: datetime) -> Outcome:
    case = Case.objects.get(number=row.values["case"])
    with _told():
        made = actions.pay_first(
            by=row.asked_by,
            case=case,
            fen=row.values["fen"],
            on=on,
            seen=row.values["seen"],
            beside=_second(row),
            reason=row.words,
        )
    return _("已先行救助，手续 %(day)s 前补齐") % {"day": made.papers_due}, {}


@contextmanager
def _told() -> Iterator[None]:
    """What the reserve or the case refuses is told to whoever asked."""
    try:
        yield
    except (actions.ReserveProblem, StepRefused, StaleCase, ProcedureProblem, PolicyError) as problem:
        raise PaymentProblem("reserve", str(problem)) from problem


def _second(row: Errand) -> Any:
    assert row.seconded_by is not None
    return row.seconded_by


registered(Kind(CLOSE, gettext_lazy("备用金月末对账"), _close, asks=FILL, seconds=BESIDE))
registered(
    Kind(
        PAY_FIRST,
        gettext_lazy("备用金先行救助"),
        _pay_first,
        asks="emergency.pay",
        seconds=BESIDE,
        needs_words=True,
    )
)
