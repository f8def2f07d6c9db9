"""Papers of a register's entry (条目文书): made from the entry as it is, kept, and printed as the PDF that was made."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.answers import pdf
from anmin.console.kit.cells import entry_href
from anmin.console.views.desk import Desk, desk
from anmin.console.views.registers import found, note_persons, opened
from anmin.kernel.papers import actions as printing
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.registers.papers import actions, queries


@require_POST
@desk
def register_paper_new(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """Make one paper of an entry."""
    register = opened(desk, line, name)
    entry = found(desk, register, number)
    note_persons(desk, register, [entry], "page")
    try:
        paper = actions.make_entry_paper(
            by=desk.reader,
            register=register,
            entry=entry,
            kind=desk.request.POST.get("kind", ""),
            on=desk.today,
        )
        messages.success(desk.request, _("已生成《%(title)s》，在“文书”里打开。") % {"title": paper.title})
    except PaperProblem as trouble:
        messages.error(desk.request, str(trouble))
    except PermissionError as refused:
        raise PermissionDenied from refused
    return HttpResponseRedirect(f"{entry_href(register, entry)}#papers")


@desk
def register_paper(desk: Desk, line: str, name: str, number: str, code: str) -> HttpResponse:
    """One of an entry's papers as the PDF that was made."""
    register = opened(desk, line, name)
    entry = found(desk, register, number)
    row = next((one for one in queries.papers_of(desk.reader, register, entry) if one.code == code), None)
    if row is None:
        raise Http404
    note_persons(desk, register, [entry], "page")
    return pdf(f"{row.title}-{row.code}", printing.print_papers(by=desk.reader.user, papers=[row]))
