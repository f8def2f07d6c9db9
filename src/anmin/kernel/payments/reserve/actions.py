"""Post what a town's reserve does. Whoever calls has looked at who may, and writes the act.

The reserve is money of the town and stands in the town's own book. It is filled out of the town's budget lines, which
the county allots; a town that keeps no budget lines here gets it from elsewhere. What it pays for a case is not paid
again by a month's run (`runs.computing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.payments.budget.models import BudgetLine
from anmin.kernel.payments.budget.queries import available, lines_for
from anmin.kernel.payments.ledger.actions import Posting, post
from anmin.kernel.payments.ledger.models import Account, LedgerEntry
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.reserve.queries import PAID_FIRST, standing


@dataclass(frozen=True)
class Relief:
    """What is paid first, for whom: the case, its household and place, and the benefit it will be decided as."""

    case_number: str
    household: int
    division: str
    level: int
    benefit: str


def fill(*, by: Any, town: str, fen: int, benefits: Sequence[str], on: date, source: str) -> LedgerEntry:
    """Money into a town's reserve (预拨、补足), out of its budget lines for these benefits, the first in rank first.

    Raises:
        PaymentProblem: `money_short` with what is lacking; nothing is posted then.
    """
    lines = _lines(town, on.year, benefits)
    taken: dict[int | None, int] = _taken(fen, available(lines)) if lines else {None: fen}
    if sum(taken.values()) < fen:
        raise PaymentProblem(
            "money_short",
            _("镇街可用的预算指标还差 %(fen)s 元，请先由县级分配指标，再拨备用金")
            % {"fen": yuan(fen - sum(taken.values()))},
        )
    return _move(by, town, on, "reserve_in", source, taken, 1)


def give_back(*, by: Any, town: str, fen: int, on: date, source: str) -> LedgerEntry:
    """Money out of the reserve, back to where it came from (交回)."""
    return _move(by, town, on, "reserve_back", source, _of_reserve(town, fen, on.year), -1)


def pay_out(*, by: Any, town: str, fen: int, relief: Relief, on: date, source: str) -> LedgerEntry:
    """What the reserve pays a household before the papers are complete (先行救助): spent, and gone from the reserve."""
    lines: list[Posting] = []
    for line, part in _of_reserve(town, fen, on.year).items():
        lines += [
            Posting(
                Account.SPENT, part, line, relief.benefit, relief.division, relief.level, relief.household
            ),
            Posting(Account.RESERVE, -part, line, relief.benefit),
        ]
    return post(
        by=by,
        division=town,
        on=on,
        kind=PAID_FIRST,
        source=source,
        lines=lines,
        document=relief.case_number,
    )


def _lines(town: str, year: int, benefits: Iterable[str]) -> list[BudgetLine]:
    found = {line.pk: line for benefit in benefits for line in lines_for(town, year, benefit)}
    return sorted(found.values(), key=lambda line: (line.rank, line.pk))


def _of_reserve(town: str, fen: int, year: int) -> dict[int | None, int]:
    held = standing(town, year)
    taken = _taken(fen, held)
    if sum(taken.values()) < fen:
        raise PaymentProblem(
            "ledger_short",
            _("账上备用金只有 %(fen)s 元，不够这一笔；请先补足") % {"fen": yuan(sum(held.values()))},
        )
    return taken


def _taken(fen: int, held: Mapping[Any, int]) -> dict[int | None, int]:
    """So many fen out of what is held, in order, as far as it goes."""
    taken: dict[int | None, int] = {}
    for line, there in held.items():
        part = min(max(there, 0), fen - sum(taken.values()))
        if part > 0:
            taken[line] = part
    return taken


def _move(
    by: Any, town: str, on: date, kind: str, source: str, taken: Mapping[int | None, int], sign: int
) -> LedgerEntry:
    """Between the reserve and where its money comes from: budget lines, or elsewhere."""
    lines: list[Posting] = []
    for line, part in taken.items():
        other = Account.APPROPRIATION if line is None else Account.AVAILABLE
        lines += [Posting(Account.RESERVE, sign * part, line), Posting(other, -sign * part, line)]
    return post(by=by, division=town, on=on, kind=kind, source=source, lines=lines)
