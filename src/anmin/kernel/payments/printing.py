"""Papers of a run (发放花名册、拨付凭证): made in the locality's template, kept with their hashes, printed as A4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.papers.actions import Belongs, make_paper
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.offices import county_office
from anmin.kernel.papers.paysheets import Funded, Payee, PaySheetPaper, VoucherPaper
from anmin.kernel.payments.approvals.queries import approvals
from anmin.kernel.payments.banks.models import PayFile
from anmin.kernel.payments.ledger.models import Account, LedgerLine
from anmin.kernel.payments.parties import PREPARE, must
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.runs.queries import lines

MOST = 500
"""Lines on one pay sheet: some twenty pages, what one place signs on a morning."""


@dataclass(frozen=True)
class PaySheet:
    """A pay sheet that was made, and whose names are on it."""

    paper: Paper
    persons: list[int]


def subject_of(run: PayRun) -> str:
    """What papers of a run are filed under."""
    return f"run {run.number}"


def make_pay_sheet(*, by: Reader, run: PayRun, place: str, on: date) -> PaySheet:
    """The pay sheet of a place in a run (发放花名册), with room for signatures where money is handed out.

    Raises:
        PaymentProblem: `run_empty` where nobody there is paid, `sheet_too_long`, `no_power`.
    """
    must(by, PREPARE, run.division, on)
    rows = list(
        lines(by, run)
        .exclude(state__in=[PayLine.State.HELD, PayLine.State.EXCLUDED])
        .filter(division__startswith=place)[: MOST + 1]
    )
    if not place or not rows:
        raise PaymentProblem("run_empty", _("这个地方本批次没有可发的明细"))
    if len(rows) > MOST:
        raise PaymentProblem(
            "sheet_too_long", _("这个地方超过 %(n)d 笔，请按村（社区）分别生成，或导出明细表") % {"n": MOST}
        )
    paper = make_paper(
        by=by.user,
        kind="pay_sheet",
        data=PaySheetPaper(
            issuer=county_office(run.division, on),
            number=run.number,
            on=on,
            matter=_("救助资金"),
            month=run.month,
            place=name_of(place, on),
            rows=[_payee(row) for row in rows],
            prepared_by=str(run.prepared_by or ""),
        ),
        belongs=Belongs(subject_of(run), place, at_least=max(row.level for row in rows)),
        by_hand=True,
    )
    return PaySheet(paper, [row.person_id for row in rows if row.person_id])


def make_voucher(*, by: Reader, run: PayRun, on: date) -> Paper:
    """The voucher of a run (拨付凭证): what its files took out of which money, as it is posted, and who signed.

    Raises:
        PaymentProblem: `run_moved` before files are made, `no_power`.
    """
    must(by, PREPARE, run.division, on)
    files = list(PayFile.objects.filter(run=run, is_reissue=False))
    if not files:
        raise PaymentProblem("run_moved", _("出了代发文件，账上才有这笔拨付；请先生成代发文件"))
    posted = LedgerLine.objects.filter(
        entry__source__in=[f"file:{file.pk}:send" for file in files], account=Account.TRANSIT
    )
    sums = posted.values_list("budget_line__fund__title", "benefit").annotate(fen=Sum("fen"))
    rows = [
        Funded(fund, title_of_benefit(benefit), fen) for fund, benefit, fen in sums.order_by("budget_line")
    ]
    return make_paper(
        by=by.user,
        kind="voucher",
        data=VoucherPaper(
            issuer=county_office(run.division, on),
            number=run.number,
            on=on,
            matter=_("救助资金"),
            month=run.month,
            rows=rows,
            lines=sum(file.lines_number for file in files),
            fen=sum(row.fen for row in rows),
            seal=run.seal[:16],
            prepared_by=str(run.prepared_by or ""),
            signed_by=[str(row.by) for row in approvals(run)],
        ),
        belongs=Belongs(subject_of(run), run.division),
    )


def _payee(row: PayLine) -> Any:
    account = row.account
    return Payee(
        name=row.person.name if row.person else "",
        household=row.household.number,
        benefit=title_of_benefit(row.benefit),
        members=row.members,
        account=account.last_four or str(account.get_way_display()) if account else "",
        fen=row.fen,
    )
