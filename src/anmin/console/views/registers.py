"""Registers (名册): what there is, a list, an entry with everything that was done to it, entering and putting right."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.kit.cells import cell, column_words, entry_href, home_of, verb_words
from anmin.console.kit.forms import ChangeForm, CorrectionForm, EntryForm, StepForm, day_typed, values_of
from anmin.console.kit.lists import HELDS, Line, address_of, filters_of, sought_in
from anmin.console.places import places_below
from anmin.console.views.desk import Desk, desk
from anmin.console.words import DOMAINS, term_of
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.indicators.queries import indicators
from anmin.kernel.registers import actions, queries, steps
from anmin.kernel.registers.actions import EntryRefused
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.papers import queries as papers

ROWS = 50


def opened(desk: Desk, line: str, name: str, *, to_write: bool = False) -> Register:
    """The register of an address, for readers who may read or write it; others are told so and it is written down."""
    register = queries.register_named(line, name)
    if register is None:
        if not queries.registers(desk.reader):
            raise PermissionDenied
        raise Http404
    may = queries.may_write if to_write else queries.may_read
    if not may(desk.reader, register):
        raise PermissionDenied
    return register


@desk
def register_index(desk: Desk) -> HttpResponse:
    """The registers and indicators of every line of business that the reader may open."""
    mine, figures = queries.registers(desk.reader), indicators(desk.reader)
    if not mine and not figures:
        raise PermissionDenied
    lines = dict.fromkeys([row.line for row in mine] + [one.line for one in figures])
    rows = [
        {
            "key": line,
            "title": _(DOMAINS[line]) if line in DOMAINS else line,
            "registers": [row for row in mine if row.line == line],
            "indicators": [one for one in figures if one.line == line],
        }
        for line in lines
    ]
    return desk.page("registers", "registers", lines=rows)


@desk
def register_list(desk: Desk, line: str, name: str) -> HttpResponse:
    """One register: search, filters, rows; whoever is listed is counted and written down."""
    register = opened(desk, line, name)
    asked = sought_in(register, desk.request.GET)
    found_rows, is_cut = queries.sought(desk.reader, register, asked, desk.today), False
    wanted = desk.request.GET.get("page")
    if asked.text:
        keys, is_cut = queries.first_found(found_rows)
        page = Paginator(keys, ROWS).get_page(wanted)
        shown_rows = queries.with_keys(found_rows, page.object_list)
    else:
        page = Paginator(found_rows, ROWS).get_page(wanted)
        shown_rows = list(page.object_list)
    note_persons(desk, register, shown_rows, "list")
    home = home_of(desk.reader, register.read)
    return desk.page(
        "register",
        "registers",
        register=register,
        asked=asked,
        query=urlencode(address_of(asked)),
        page_of=page,
        heads=[column_words(register, one) for one in register.columns],
        is_cut=is_cut,
        rows=[Line(register, row) for row in shown_rows],
        filters=filters_of(register, asked),
        helds=HELDS,
        places=places_below(home),
        may_write=register.opens and queries.may_write(desk.reader, register),
        is_filtered=bool(address_of(asked)),
    )


@desk
def register_entry(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """One entry as it is, everything that it was, and who did what to it and why."""
    register = opened(desk, line, name)
    entry = found(desk, register, number)
    note_persons(desk, register, [entry], "page")
    spans = queries.spans_of(desk.reader, register, entry)
    told = [
        {
            "act": one.act,
            "verb": _verb(register, one.act.act),
            "changes": [(column_words(register, row.column), row.before, row.after) for row in one.changes],
        }
        for one in queries.versions_of(register, spans)
    ]
    told_columns = [*register.columns, *register.form_fields, *sorted(register.fixed)]
    names = [*dict.fromkeys(told_columns), "division", "first_day", "last_day"]
    return desk.page(
        "register_entry",
        "registers",
        register=register,
        entry=entry,
        cells=[cell(register, entry, one) for one in names],
        spans=[(row, Line(register, row)) for row in spans] if len(spans) > 1 else [],
        told=told,
        may_write=register.opens and queries.may_write(desk.reader, register, entry.division),
        is_current=entry.last_day is None or entry.last_day >= desk.today,
        papers=papers.papers_of(desk.reader, register, entry),
        makeable=papers.makeable(register, entry) if papers.may_make(desk.reader, register, entry) else [],
        **_course(desk, register, entry),
    )


def _verb(register: Register, act: str) -> str:
    course = steps.procedure_of(register)
    if course is not None and act.startswith(f"{steps.ACT}."):
        return term_of(course.step(act.rsplit(".", 1)[-1]))
    return verb_words(act)


def _course(desk: Desk, register: Register, entry: Any) -> dict[str, Any]:
    """The steps that this reader may take now, each with its form, and the clocks."""
    course = steps.procedure_of(register)
    if course is None:
        return {}
    forms = [
        (one, StepForm(register=register, step=one, reader=desk.reader, entry=entry, auto_id=f"{one.key}-%s"))
        for one in steps.ways(course, entry, desk.reader)
    ]
    return {"steps": forms, "clocks": steps.running(course, entry, desk.today)}


@require_POST
@desk
def register_step(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """Take one step of the procedure that an entry goes through."""
    register = opened(desk, line, name)
    entry, given, course = found(desk, register, number), desk.request.POST, steps.procedure_of(register)
    if course is None or given.get("step", "") not in {one.key for one in course.steps}:
        raise Http404
    try:
        steps.take_step(
            by=desk.reader,
            procedure=course,
            entry=entry,
            step=given["step"],
            raw=given,
            on=desk.today,
            seen=_seen(given.get("seen", "")),
            reason=given.get("reason", "")[:200],
        )
        messages.success(desk.request, _("已办理。"))
    except EntryRefused as refused:
        for one in refused.troubles:
            column = column_words(register, one.column) if one.column not in ("", "reason") else ""
            messages.error(desk.request, f"{column}：{one.reason}" if column else one.reason)
    except PermissionError as refused:
        raise PermissionDenied from refused
    return HttpResponseRedirect(entry_href(register, entry))


@desk
def register_new(desk: Desk, line: str, name: str) -> HttpResponse:
    """Enter one entry."""
    register = opened(desk, line, name, to_write=True)
    if not register.opens:
        raise PermissionDenied
    given = desk.request.POST if desk.request.method == "POST" else None
    form = EntryForm(given, register=register, reader=desk.reader, initial={"first_day": desk.today})
    if given is not None and form.is_valid():
        try:
            entry = actions.enter(by=desk.reader, register=register, raw=form.raw, on=desk.today)
        except EntryRefused as refused:
            form.tell(refused.troubles)
        else:
            messages.success(desk.request, _("已登记，编号 %(number)s。") % {"number": entry.number})
            return HttpResponseRedirect(entry_href(register, entry))
    return desk.page("register_form", "registers", register=register, form=form, what="new", entry=None)


@desk
def register_correct(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """Put right what was wrong from the beginning."""
    register = opened(desk, line, name, to_write=True)
    return _edit(desk, register, found(desk, register, number), CorrectionForm, "correct")


@desk
def register_change(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """Something became different on a day."""
    register = opened(desk, line, name, to_write=True)
    return _edit(desk, register, found(desk, register, number), ChangeForm, "change")


@require_POST
@desk
def register_end(desk: Desk, line: str, name: str, number: str) -> HttpResponse:
    """It is no longer so after a day."""
    register = opened(desk, line, name, to_write=True)
    entry, given = found(desk, register, number), desk.request.POST
    try:
        actions.end(
            by=desk.reader,
            register=register,
            entry=entry,
            last_day=day_typed(given.get("last_day", "")) or desk.today,
            reason=given.get("reason", "")[:200],
            seen=_seen(given.get("seen", "")),
        )
        messages.success(desk.request, _("已终止，条目留在名册里。"))
    except EntryRefused as refused:
        messages.error(desk.request, str(refused))
    return HttpResponseRedirect(entry_href(register, entry))


def found(desk: Desk, register: Register, number: str) -> Any:
    """The entry of an address, or no such page."""
    entry = queries.entry_numbered(desk.reader, register, number, desk.today)
    if entry is None:
        raise Http404
    return entry


def note_persons(desk: Desk, register: Register, rows: Any, klass: str) -> None:
    """Whoever is shown in a register about persons is counted, and written into the book of reads."""
    if not register.is_about_persons:
        return
    keys = [row.person_id for row in rows]
    take(reader=desk.reader, klass=klass, person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["register"])


def _edit(desk: Desk, register: Register, entry: Any, form_class: Any, what: str) -> HttpResponse:
    if not register.opens or not queries.may_write(desk.reader, register, entry.division):
        raise PermissionDenied
    given = desk.request.POST if desk.request.method == "POST" else None
    form = form_class(
        given, register=register, reader=desk.reader, entry=entry, initial=values_of(entry, register)
    )
    if given is not None and form.is_valid():
        try:
            done = _done(desk, register, entry, form, what)
        except EntryRefused as refused:
            form.tell(refused.troubles)
        else:
            messages.success(desk.request, _("已更正。") if what == "correct" else _("已变更。"))
            return HttpResponseRedirect(entry_href(register, done))
    note_persons(desk, register, [entry], "page")
    return desk.page("register_form", "registers", register=register, form=form, what=what, entry=entry)


def _done(desk: Desk, register: Register, entry: Any, form: Any, what: str) -> Any:
    seen = _seen(desk.request.POST.get("seen", ""))
    asked = {
        "by": desk.reader,
        "register": register,
        "entry": entry,
        "raw": form.raw,
        "reason": form.cleaned_data["reason"],
        "seen": seen,
        "on": desk.today,
    }
    if what == "correct":
        return actions.correct(**asked)
    return actions.change(**asked, first_day=form.cleaned_data["from_day"])


def _seen(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 9 else -1
