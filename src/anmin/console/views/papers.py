"""The print centre (打印中心): the pack of a case, each paper with what is missing, preview, print, PDF, Word, state of sealing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.counterwords import worded
from anmin.console.views.desk import Desk, needs
from anmin.console.views.scans import FIELD
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.papers import actions, queries
from anmin.kernel.cases.queries import case_numbered, progress
from anmin.kernel.cases.scans import actions as scans
from anmin.kernel.papers import actions as printing
from anmin.kernel.papers import queries as papers
from anmin.kernel.papers.words import PaperProblem
from anmin.policy.errors import PolicyError

MAKE = frozenset(
    {"case.file", "case.accept", "case.publish", "case.confirm", "case.confirm_in_town", "case.survey"}
)


@needs("case.read")
def case_papers(desk: Desk, number: str) -> HttpResponse:
    """Everything a case may need on paper: what was made, what can be made, what still stands in the way."""
    case = _case(desk, number)
    if desk.request.method != "POST":
        return _page(desk, case)
    if not any(desk.reader.may(power, case.division) for power in MAKE):
        return _page(desk, case, [("no_power", _("文书由经办和审核人员生成，您的岗位没有这项权限"))])
    given, refusals = desk.request.POST, _stamped(desk, case)
    kinds = given.getlist("kind")
    known = {row.key: row for row in queries.makeable(case, on=desk.today)}
    for kind in [one for one in kinds if one in known]:
        try:
            actions.make_paper(
                by=desk.reader, case=case, kind=kind, on=desk.today, by_hand=given.get("by_hand") == "1"
            )
        except PaperProblem as trouble:
            refusals += [(kind, f"{known[kind].name}：{words}") for _code, words in worded(trouble)]
    if refusals:
        return _page(desk, case, refusals)
    if kinds:
        messages.success(desk.request, _("已生成 %(n)d 份文书。") % {"n": len(kinds)})
    return HttpResponseRedirect(reverse("console:case-papers", args=[number]))


@needs("case.read")
def paper_preview(desk: Desk, number: str, kind: str) -> HttpResponse:
    """How a paper would look today; nothing is kept and nothing is proven by it."""
    case = _case(desk, number)
    _note(desk, case, "paper")
    try:
        sheet = queries.preview_of(case, kind, on=desk.today)
    except PaperProblem as trouble:
        return _page(desk, case, worded(trouble))
    return desk.page("paper", "cases", case=case, paper=None, sheet=sheet)


@needs("case.read")
def paper(desk: Desk, pk: int) -> HttpResponse:
    """One paper as it was made, for the browser's printer."""
    row, case = _paper(desk, pk)
    _note(desk, case, "paper")
    return desk.page(
        "paper", "cases", case=case, paper=row, sheet=papers.html_again([row]), messages_of=_sealing(row)
    )


@needs("case.read")
def paper_pdf(desk: Desk, pk: int) -> HttpResponse:
    """One paper as the PDF that was made."""
    row, case = _paper(desk, pk)
    _note(desk, case, "paper")
    return _file(printing.print_papers(by=desk.reader.user, papers=[row]), "pdf", row.title, row.code)


@needs("case.read")
def paper_word(desk: Desk, pk: int) -> HttpResponse:
    """One paper as a Word file in the locality's template: for editing; it proves nothing."""
    row, case = _paper(desk, pk)
    _note(desk, case, "paper")
    audit.record(
        by=desk.reader.user, act="papers.word", subject=row, after={"code": row.code}, division=row.division
    )
    return _file(papers.word_again(row), "docx", row.title, row.code)


@require_POST
@needs("case.read")
def papers_print(desk: Desk, number: str) -> HttpResponse:
    """The whole pack, or what was selected of it, as one PDF, each paper with its own page numbers."""
    case = _case(desk, number)
    made = queries.papers_of(desk.reader, case)
    wanted = set(desk.request.POST.getlist("paper"))
    chosen = [row for row in made if not wanted or str(row.pk) in wanted]
    if not chosen:
        return _page(desk, case, [("no_papers", _("还没有生成文书，请先生成再打印"))])
    _note(desk, case, "paper")
    odd = desk.request.POST.get("odd") == "1"
    return _file(
        printing.print_papers(by=desk.reader.user, papers=chosen, odd=odd), "pdf", _("成套文书"), number
    )


def _stamped(desk: Desk, case: Any) -> list[tuple[str, str]]:
    """Papers that came back signed and sealed, scanned: each goes to its own paper."""
    refusals = []
    made = {f"{FIELD}{row.pk}": row for row in queries.papers_of(desk.reader, case)}
    for field, file in desk.request.FILES.items():
        row = made.get(field)
        if row is None:
            continue
        if file.size > scans.LARGEST:
            refusals.append((field, _("%(name)s：文件超过 10 MB，请调低分辨率再传") % {"name": file.name}))
            continue
        try:
            scans.keep_scan(
                by=desk.reader, file_name=file.name, content=file.read(), on=desk.today, case=case, paper=row
            )
            messages.success(desk.request, _("盖章扫描件已存，这份文书记为“线下已用印”。"))
        except (PolicyError, PermissionError) as trouble:
            refusals += worded(trouble)
    return refusals


def _sealing(row: Any) -> list[Any]:
    return list(row.scans.filter(state="kept").order_by("pk"))


def _page(desk: Desk, case: Any, refusals: list[tuple[str, str]] | None = None) -> HttpResponse:
    _note(desk, case, "papers")
    made = queries.papers_of(desk.reader, case)
    known = queries.makeable(case, on=desk.today)
    return desk.page(
        "case_papers",
        "cases",
        case=case,
        progress=progress(case),
        made=[(row, _sealing(row)) for row in made],
        makeable=[(one, sum(row.kind == one.key for row in made)) for one in known],
        may=any(desk.reader.may(power, case.division) for power in MAKE),
        refusals=refusals or [],
    )


def _file(content: bytes, suffix: str, title: str, code: str) -> HttpResponse:
    kinds = {
        "pdf": "application/pdf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
    answer = HttpResponse(content, content_type=kinds[suffix])
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{title}-{code}.{suffix}')}"
    answer["Cache-Control"] = "no-store"
    return answer


def _paper(desk: Desk, pk: int) -> tuple[Any, Any]:
    row = papers.paper_numbered(desk.reader, pk)
    case = case_numbered(desk.reader, row.subject) if row is not None else None
    if row is None or case is None:
        raise Http404
    return row, case


def _case(desk: Desk, number: str) -> Any:
    case = case_numbered(desk.reader, number)
    if case is None:
        raise Http404
    return case


def _note(desk: Desk, case: Any, field: str) -> None:
    keys = list(case.members.values_list("person_id", flat=True))
    take(reader=desk.reader, klass="page", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=[field], division=case.division
    )
