"""Name funds, open budget lines, and move money into, between and out of them — each by a document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.budget.models import BELOW, BudgetLine, BudgetMove, Fund
from anmin.kernel.payments.budget.uses import covers
from anmin.kernel.payments.ledger.actions import Posting, post
from anmin.kernel.payments.ledger.models import Account
from anmin.kernel.payments.parties import PREPARE, must
from anmin.kernel.payments.problems import PaymentProblem, refusals_told, yuan
from anmin.lib.divisions import is_within


@transaction.atomic
def add_fund(
    *, by: Any, key: str, title: str, source: str, uses: Sequence[str], law: str, first_day: date
) -> Fund:
    """Name a source of money and what it may be used for (资金来源和用途)."""
    if source not in Fund.Source.values or not uses or not law.strip():
        raise PaymentProblem("fund_incomplete", _("请写明资金来源、允许的用途和依据"))
    with refusals_told(kernel_fund_key=_("这个资金来源已经登记")):
        row = Fund.objects.create(
            key=key, title=title, source=source, uses=list(uses), law=law, first_day=first_day
        )
    after = {"key": key, "source": source, "uses": list(uses)}
    audit.record(by=signature(by), act="payments.add_fund", subject=row, after=after)
    return row


@transaction.atomic
def open_line(
    *, by: Any, fund: Fund, division: str, year: int, use: str, on: date, rank: int = 100
) -> BudgetLine:
    """Open a budget line (设立预算指标). Lines of lower rank pay first.

    Raises:
        PaymentProblem: `fund_not_for_this` where the fund may not be used so, `budget_line_once`.
    """
    must(by, PREPARE, division, on)
    if not covers(fund.uses, use):
        raise PaymentProblem(
            "fund_not_for_this",
            _("“%(fund)s”不能用于 %(use)s，允许的用途见资金登记") % {"fund": fund.title, "use": use},
        )
    with refusals_told(budget_line_once=_("这项预算指标已经设立")):
        row = BudgetLine.objects.create(fund=fund, division=division, year=year, use=use, rank=rank)
    after = {"fund": fund.key, "year": year, "use": use}
    audit.record(
        by=signature(by), act="payments.open_budget_line", subject=row, after=after, division=division
    )
    return row


@transaction.atomic
def appropriate(*, by: Any, line: BudgetLine, fen: int, document: str, on: date) -> BudgetMove:
    """Money comes (指标下达)."""
    move = _move(by, "appropriate", line, None, fen, document, on)
    lines = [
        Posting(Account.AVAILABLE, fen, line.pk, line.use),
        Posting(Account.APPROPRIATION, -fen, line.pk, line.use),
    ]
    _post(by, move, line.division, on, lines)
    return move


@transaction.atomic
def cut(*, by: Any, line: BudgetLine, fen: int, document: str, on: date) -> BudgetMove:
    """Money is taken away (指标核减): only what is still available."""
    move = _move(by, "cut", line, None, fen, document, on)
    lines = [
        Posting(Account.AVAILABLE, -fen, line.pk, line.use),
        Posting(Account.APPROPRIATION, fen, line.pk, line.use),
    ]
    _post(by, move, line.division, on, lines)
    return move


@transaction.atomic
def allot(*, by: Any, line: BudgetLine, to_line: BudgetLine, fen: int, document: str, on: date) -> BudgetMove:
    """Hand money down to a lower place (分配下级): of the same fund, for a use within, never more than is available."""
    _goes_down(line, to_line)
    move = _move(by, "allot", line, to_line, fen, document, on)
    _both(by, move, line, to_line, fen, on)
    return move


@transaction.atomic
def take_back(
    *, by: Any, line: BudgetLine, to_line: BudgetLine, fen: int, document: str, on: date
) -> BudgetMove:
    """Take back from a lower place what was handed down to it and it has not used (收回): `to_line` is the one below.

    Raises:
        PaymentProblem: `allot_not_below`, `allot_other_use`; `take_back_too_much` beyond what this line handed down.
    """
    _goes_down(line, to_line)
    BudgetLine.objects.select_for_update().get(pk=to_line.pk)
    down = _handed_down(line, to_line)
    if fen > down:
        raise PaymentProblem(
            "take_back_too_much",
            _("从这项指标分配下去、还没有收回的只有 %(fen)s 元") % {"fen": yuan(down)},
        )
    move = _move(by, "take_back", line, to_line, fen, document, on)
    _both(by, move, line, to_line, -fen, on)
    return move


def _goes_down(line: BudgetLine, to_line: BudgetLine) -> None:
    """Money goes down and comes back between a place and one below it, of one fund, year and use."""
    if not is_within(to_line.division, line.division) or to_line.division == line.division:
        raise PaymentProblem("allot_not_below", _("只能分配给下级，或从下级收回"))
    if to_line.fund_id != line.fund_id or to_line.year != line.year or not covers([line.use], to_line.use):
        raise PaymentProblem("allot_other_use", _("分配和收回不能改变资金来源、年度和用途"))


def _handed_down(line: BudgetLine, to_line: BudgetLine) -> int:
    """Fen that one line handed to another and has not taken back."""
    rows = BudgetMove.objects.filter(line=line, to_line=to_line).values_list("kind")
    found = dict(rows.annotate(fen=Sum("fen")).order_by("kind"))
    return int(found.get("allot", 0)) - int(found.get("take_back", 0))


def _move(
    by: Any, kind: str, line: BudgetLine, to_line: BudgetLine | None, fen: int, document: str, on: date
) -> BudgetMove:
    must(by, PREPARE, line.division, on)
    if fen <= 0 or not document.strip():
        raise PaymentProblem("budget_incomplete", _("请填写大于 0 的金额和文号"))
    with refusals_told(budget_document_once=_("这份文件的这项指标已经登记过")):
        row = BudgetMove.objects.create(
            kind=kind,
            line=line,
            to_line=to_line,
            division=line.division,
            to_division="" if to_line is None else to_line.division,
            fen=fen,
            document=document.strip()[:100],
            on=on,
            by=user_of(by),
        )
    after = {"kind": kind, "fen": fen, "document": row.document, "to": row.to_division}
    audit.record(
        by=signature(by), act=f"payments.budget_{kind}", subject=row, after=after, division=line.division
    )
    return row


def _both(by: Any, move: BudgetMove, line: BudgetLine, to_line: BudgetLine, fen: int, on: date) -> None:
    """Two entries, one in each book, so that either place can close its own."""
    above = [
        Posting(Account.ALLOTTED, fen, line.pk, line.use),
        Posting(Account.AVAILABLE, -fen, line.pk, line.use),
    ]
    below = [
        Posting(Account.AVAILABLE, fen, to_line.pk, to_line.use),
        Posting(Account.ALLOTTED, -fen, to_line.pk, to_line.use),
    ]
    _post(by, move, line.division, on, above)
    _post(by, move, to_line.division, on, below, BELOW)


def _post(by: Any, move: BudgetMove, division: str, on: date, lines: list[Posting], more: str = "") -> None:
    post(
        by=by,
        division=division,
        on=on,
        kind=move.kind,
        source=f"budget:{move.pk}{more}",
        lines=lines,
        document=move.document,
    )
