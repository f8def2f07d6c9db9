"""A register as files: out for a purpose, in row by row, what was not taken in, a sheet to print, a map."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.attached import attached, table_attached
from anmin.console.kit.cells import cell, entry_href, home_of
from anmin.console.kit.lists import address_of, file_of, sought_in
from anmin.console.kit.spread import spread
from anmin.console.places import place_name
from anmin.console.purposes import ask_purpose, purpose_of
from anmin.console.views.desk import Desk, desk
from anmin.console.views.registers import found, note_persons, opened
from anmin.console.words import is_chinese
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.registers import queries
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.intake.actions import take_in
from anmin.kernel.registers.intake.reading import ADDED, FileProblem, heading, headings
from anmin.kernel.registers.values import asked as asked_columns
from anmin.lib.sheets import FORMS, as_xlsx

MOST = 5_000


@require_POST
@desk
def register_file(desk: Desk, line: str, name: str) -> HttpResponse:
    """The list as a file, for a purpose: who took it and when stand in its last line."""
    register, given = opened(desk, line, name), desk.request.POST
    asked, kind, purpose = (
        sought_in(register, given),
        given.get("kind", ""),
        given.get("purpose", "").strip()[:200],
    )
    if not purpose or kind not in FORMS:
        messages.error(desk.request, _("请先写明导出做什么用。"))
        address = reverse("console:register", args=[line, name])
        return HttpResponseRedirect(f"{address}?{urlencode(address_of(asked))}")
    rows = list(queries.sought(desk.reader, register, asked, desk.today)[:MOST])
    note_persons(desk, register, rows, "list")
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="registers.file",
        subject=register.key,
        after={"rows": len(rows), "filters": sorted(address_of(asked)), "watermark": mark},
        purpose=purpose,
    )
    head, cells = file_of(register, rows)
    return table_attached(kind, f"{register.name}-{timezone.localtime():%Y%m%d-%H%M}", head, cells, mark)


@desk
def register_in(desk: Desk, line: str, name: str) -> HttpResponse:
    """Take in a file of entries; what was sent before, with what came back."""
    register = opened(desk, line, name, to_write=True)
    if not register.opens:
        raise PermissionDenied
    if desk.request.method == "POST":
        return _taken_in(desk, register)
    return desk.page(
        "register_in",
        "registers",
        register=register,
        heads=headings(register),
        intakes=list(queries.intakes(desk.reader, register)[:20]),
    )


@desk
def register_intake(desk: Desk, line: str, name: str, pk: int) -> HttpResponse:
    """One file that was sent: what was entered, and every row that was not, with where and why."""
    register = opened(desk, line, name, to_write=True)
    intake = _intake(desk, register, pk)
    rows = [
        {
            "row": one.row,
            "column": heading(register, one.column) if one.column in asked_columns(register) else "",
            "code": one.code,
            "reason": one.reason,
        }
        for one in queries.rejections(intake)
    ]
    return desk.page("register_intake", "registers", register=register, intake=intake, rows=rows)


@desk
def register_rejected(desk: Desk, line: str, name: str, pk: int) -> HttpResponse:
    """The rejected rows as a file that can be corrected and sent again, column for column."""
    register = opened(desk, line, name, to_write=True)
    intake = _intake(desk, register, pk)
    by_row: dict[int, tuple[dict[str, str], list[str]]] = {}
    for one in queries.rejections(intake):
        _values, reasons = by_row.setdefault(one.row, (one.values, []))
        reasons.append(one.reason)
    names = ["number", *asked_columns(register)]
    cells = [
        [str(number), *[values.get(name, "") for name in names], "；".join(reasons)]
        for number, (values, reasons) in by_row.items()
    ]
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="registers.rejected",
        subject=intake,
        after={"rows": len(cells), "watermark": mark},
        purpose=_("改正后重新导入"),
    )
    head = [ADDED[1], *headings(register), ADDED[0]]
    return table_attached("xlsx", f"{register.name}-rejected-{pk}", head, cells, mark)


@desk
def register_template(desk: Desk, line: str, name: str) -> HttpResponse:
    """An empty file with the columns that can be taken in; it holds nothing about anybody."""
    register = opened(desk, line, name, to_write=True)
    content = as_xlsx(headings(register), [], _("表头不要改；日期写成 2026-01-31。"))
    return attached(content, FORMS["xlsx"], f"{register.name}-template.xlsx", "")


@desk
def register_sheet(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """The certificate or sheet of an entry for the browser's printer, for a purpose, with the watermark."""
    register = opened(desk, line, name)
    entry = found(desk, register, number)
    if not register.sheet:
        raise Http404
    purpose = purpose_of(desk.request.GET)
    if not purpose:
        return ask_purpose(
            desk, "registers", title=_("打印登记表"), usual="accept", back=entry_href(register, entry)
        )
    note_persons(desk, register, [entry], "page")
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="registers.sheet",
        subject=entry,
        after={"number": entry.number, "watermark": mark},
        purpose=purpose,
        division=entry.division,
    )
    names = [*dict.fromkeys([*register.columns, *register.form_fields]), "division", "first_day", "last_day"]
    return desk.page(
        "register_sheet",
        "registers",
        register=register,
        entry=entry,
        title=register.sheet if is_chinese() else register.sheet_english or register.english,
        cells=[cell(register, entry, one) for one in names],
        mark=mark,
    )


@desk
def register_map(desk: Desk, line: str, name: str) -> HttpResponse:
    """How many entries lie in each place below, on a map with the entries that have a point; each number opens its list."""
    register = opened(desk, line, name)
    asked = sought_in(register, desk.request.GET)
    home = asked.division or home_of(desk.reader, register.read)
    rows = queries.sought(desk.reader, register, asked, desk.today)
    context = spread(register, rows, home, address_of(asked))
    return desk.page("register_map", "registers", register=register, place=place_name(home), **context)


def _taken_in(desk: Desk, register: Register) -> HttpResponse:
    sent: Any = desk.request.FILES.get("file")
    back = reverse("console:register_in", args=[register.line, register.name])
    if sent is None:
        messages.error(desk.request, _("请先选择文件。"))
        return HttpResponseRedirect(back)
    corrects = desk.request.POST.get("corrects", "")
    former = (
        queries.intakes(desk.reader, register).filter(pk=int(corrects)).first()
        if corrects.isdigit()
        else None
    )
    try:
        intake = take_in(
            by=desk.reader,
            register=register,
            name=sent.name or "",
            content=sent.read(),
            on=desk.today,
            corrects=former,
        )
    except FileProblem as problem:
        messages.error(desk.request, str(problem))
        return HttpResponseRedirect(back)
    words = {"entered": intake.entered, "rejected": intake.rejected}
    messages.success(desk.request, _("登记了 %(entered)d 行，退回 %(rejected)d 行。") % words)
    return HttpResponseRedirect(
        reverse("console:register_intake", args=[register.line, register.name, intake.pk])
    )


def _intake(desk: Desk, register: Register, pk: int) -> Any:
    found = queries.intakes(desk.reader, register).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
