"""What finance takes from a run (财务打印和导出): the pay sheet to be signed, the voucher, the table for a purpose."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.answers import pdf
from anmin.console.attached import table_attached
from anmin.console.moneywords import POWERS, noted
from anmin.console.purposes import ask_purpose, purpose_of
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.papers import actions as printing
from anmin.kernel.papers import queries as papers
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.payments.printing import MOST, make_pay_sheet, make_voucher, subject_of
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import queries
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.lib.sheets import FORMS, MOST_ROWS

KINDS = (("pay_sheet", gettext_lazy("发放花名册")), ("voucher", gettext_lazy("拨付凭证")))
TABLES = (("xlsx", gettext_lazy("Excel 表格（XLSX）")), ("csv", gettext_lazy("文本表格（CSV），行数不限")))
AT_ONCE = 2_000
"""Rows that are read at a time; all of them are written, as far as the daily limits of access allow."""


@needs(*POWERS)
def money_papers(desk: Desk, pk: int) -> HttpResponse:
    """The pay sheets and vouchers of a run, and a form to make them."""
    run = _run(desk, pk)
    trouble = ""
    if desk.request.method == "POST":
        given = desk.request.POST
        try:
            if given.get("kind") == "voucher":
                make_voucher(by=desk.reader, run=run, on=desk.today)
            else:
                sheet = make_pay_sheet(by=desk.reader, run=run, place=given.get("place", ""), on=desk.today)
                noted(desk, sheet.persons, "money_sheet")
        except (PaymentProblem, PaperProblem) as problem:
            trouble = str(problem)
        else:
            return HttpResponseRedirect(reverse("console:money_papers", args=[pk]))
    return desk.page(
        "money_papers",
        "money",
        tab="runs",
        pay=run,
        kinds=KINDS,
        places=sorted({one.place for one in queries.run_sums(run)}),
        papers=papers.papers_about(desk.reader, subject_of(run)),
        most=MOST,
        trouble=trouble,
        may=desk.reader.may("payments.prepare", run.division),
    )


@needs(*POWERS)
def money_paper(desk: Desk, pk: int) -> HttpResponse:
    """One of them as the PDF that was made."""
    row = papers.papers(desk.reader).filter(pk=pk, kind__in=[key for key, _title in KINDS]).first()
    if row is None:
        raise Http404
    return pdf(f"{row.title}-{row.code}", printing.print_papers(by=desk.reader.user, papers=[row]))


@needs(*POWERS)
def money_table(desk: Desk, pk: int) -> HttpResponse:
    """The payments of a run as a table for finance: for a purpose, with the watermark of who took it."""
    run, given = _run(desk, pk), desk.request.GET
    back = reverse("console:money_lines", args=[pk])
    purpose, kind = purpose_of(given), given.get("kind", "xlsx")
    if not purpose or kind not in FORMS:
        return ask_purpose(desk, "money", title=_("导出发放明细"), usual="pay", back=back, kinds=TABLES)
    state, benefit = desk.written("state"), desk.written("benefit")
    state = state if state in (*PayLine.State.values, queries.COUNTED) else ""
    rows = queries.lines(desk.reader, run, state, benefit if benefit in run.benefits else "")
    persons = list(rows.values_list("person_id", flat=True))
    most = MOST_ROWS[kind]
    if most is not None and len(persons) > most:
        messages.error(
            desk.request,
            _("共 %(all)d 笔，Excel 文件最多放 %(most)d 笔，没有导出；请选 CSV，或按待遇、状态分开导出。")
            % {"all": len(persons), "most": most},
        )
        return HttpResponseRedirect(back)
    noted(desk, persons, "money_table", purpose=purpose)
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="payments.take_table",
        subject=run,
        after={"rows": len(persons), "state": state, "benefit": benefit, "watermark": mark},
        purpose=purpose,
        division=run.division,
    )
    cells = (_cells(run, row) for row in rows.iterator(AT_ONCE))
    return table_attached(kind, run.number, _heading(), cells, mark)


def _heading() -> list[str]:
    return [
        _("批次"),
        _("月份"),
        _("地区代码"),
        _("户编号"),
        _("收款人"),
        _("待遇"),
        _("账号尾号"),
        _("金额（元）"),
        _("上月（元）"),
        _("状态"),
    ]


def _cells(run: PayRun, row: PayLine) -> list[Any]:
    return [
        run.number,
        f"{run.month:%Y-%m}",
        row.division,
        row.household.number,
        row.person.name if row.person else "",
        str(_(title_of_benefit(row.benefit))),
        row.account.last_four if row.account else "",
        row.fen / 100,
        row.before / 100,
        str(_(row.get_state_display())),
    ]


def _run(desk: Desk, pk: int) -> Any:
    row = queries.run_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row
