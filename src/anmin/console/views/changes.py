"""Ask for a change in the register, see what waits, decide it (变更申请)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.changeforms import FORMS, Subject
from anmin.console.changewords import KINDS, STATES, differences_of
from anmin.console.matchpages import compared
from anmin.console.personforms import PERSON_FORMS
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.fields import PURPOSES
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.people import queries as people
from anmin.kernel.people.merging import queries as merging
from anmin.kernel.people.merging.actions import take_back_apart
from anmin.kernel.people.register.actions import RegisterProblem
from anmin.kernel.people.requests import actions, queries
from anmin.kernel.people.requests.actions import ChangeRefused

ROWS = 50
DECIDERS = 6
"""So many of those who may decide are named on the page."""
ALL_FORMS = {**FORMS, **PERSON_FORMS}
OF_HOUSEHOLD = frozenset({"split", "birth"})
OF_NOBODY = frozenset({"enter"})
WITH_HOUSEHOLD = frozenset({"leave", "head"})


@needs("register.read")
def change_list(desk: Desk) -> HttpResponse:
    """Changes that wait for a decision, one's own, and those decided."""
    view = desk.written("view")
    view = view if view in queries.VIEWS else "open"
    page = Paginator(queries.requests(desk.reader, view), ROWS).get_page(desk.request.GET.get("page"))
    rows = [(row, KINDS[row.kind], STATES[row.state]) for row in page.object_list]
    clashes = queries.clashes(desk.reader) if view == "open" else []
    if clashes:
        keys = [one.pk for clash in clashes for one in (clash.holder, clash.newcomer)]
        audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["list"])
    return desk.page(
        "changes",
        "changes",
        page_of=page,
        rows=rows,
        view=view,
        counts=queries.counts(desk.reader),
        clashes=clashes,
    )


@needs("register.ask")
def ask(desk: Desk, kind: str) -> HttpResponse:
    """The form of one kind of change."""
    if kind not in ALL_FORMS:
        raise Http404
    subject = _subject(desk, kind)
    if not desk.reader.may("register.ask", subject.division):
        raise PermissionDenied
    given = desk.request.POST if desk.request.method == "POST" else None
    form = ALL_FORMS[kind](given, subject=subject, initial=_initial(desk, kind, subject))
    refusals: list[tuple[str, str]] = []
    if given is not None and form.is_valid():
        try:
            row = actions.ask(
                by=desk.reader.user,  # type: ignore[arg-type]
                kind=kind,
                on=form.cleaned_data["on"],
                division=form.division_of_request,
                person=subject.person,
                household=subject.extra.get("household", subject.household),
                payload=form.payload(),
                evidence=form.cleaned_data["evidence"],
            )
        except ChangeRefused as trouble:
            refusals = trouble.found
        else:
            messages.success(desk.request, _("已提交，等另一位工作人员审核。"))
            return HttpResponseRedirect(reverse("console:change_request", args=[row.pk]))
    merged = merging.merge_that_can_be_undone(subject.person) if kind == "unmerge" else None
    return desk.page(
        "change",
        "changes",
        form=form,
        title=KINDS[kind],
        subject=subject,
        refusals=refusals,
        back=_back(subject),
        merged=merged,
        links=_links(merged),
    )


@needs("register.read")
def change_request(desk: Desk, pk: int) -> HttpResponse:
    """One request: what it would change, why, who asked, who may decide, and the decision."""
    return _request_page(desk, _request(desk, pk), [])


@require_POST
@needs("register.read")
def show_request(desk: Desk, pk: int) -> HttpResponse:
    """The numbers, telephones and addresses of a request in clear, for a purpose; written into the book of reads."""
    row, given = _request(desk, pk), desk.request.POST
    known = {code: str(words) for code, words in PURPOSES}
    purpose = given.get("purpose", "")
    if purpose not in known or not desk.reader.may("person.show", row.division):
        return _request_page(desk, row, [("no_purpose", _("请先选择查阅目的，再显示。"))])
    keys = [row.person_id] if row.person_id else []
    take(reader=desk.reader, klass="clear", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user,
        person_ids=keys,
        via=desk.reader.via,
        purpose=known[purpose],
        fields=["change"],
        division=row.division,
    )
    return _request_page(desk, row, [], is_open=True)


@require_POST
@needs("register.decide", "register.ask")
def decide(desk: Desk, pk: int) -> HttpResponse:
    """Accept, refuse or withdraw."""
    row, given = _request(desk, pk), desk.request.POST
    what, answer = given.get("what", ""), given.get("answer", "")
    by: Any = desk.reader.user
    try:
        if what == "withdraw":
            actions.withdraw(by=by, request=row)
        elif not desk.reader.may("register.decide", row.division):
            raise ChangeRefused([("no_power", _("您的岗位不能审核变更，请交给审核人员。"))])
        elif what == "accept":
            actions.accept(by=by, request=row, answer=answer)
        else:
            actions.refuse(by=by, request=row, answer=answer)
    except ChangeRefused as trouble:
        return _request_page(desk, _request(desk, pk), trouble.found)
    messages.success(desk.request, _("已办理。"))
    return HttpResponseRedirect(reverse("console:change_request", args=[pk]))


@require_POST
@needs("register.decide", "match.decide")
def undo_apart(desk: Desk, pk: int, row: int) -> HttpResponse:
    """Take back that two records are not the same person."""
    person = people.person(desk.reader, pk)
    found = [one for one in merging.apart_from(desk.reader, person) if one.key == row] if person else []
    if not found:
        raise Http404
    try:
        take_back_apart(by=desk.reader.user, row=found[0].row, reason=desk.request.POST.get("reason", ""))  # type: ignore[arg-type]
        messages.success(desk.request, _("已撤销“不是同一人”的结论，这一对可以重新提出。"))
    except RegisterProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:person", args=[pk]))


def _request(desk: Desk, pk: int) -> Any:
    row = people.request_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _request_page(
    desk: Desk, row: Any, refusals: list[tuple[str, str]], *, is_open: bool = False
) -> HttpResponse:
    waits = row.state == row.State.OPEN
    is_mine = row.asked_by_id == desk.reader.user.pk  # type: ignore[union-attr]
    gone = people.person(desk.reader, row.payload.get("gone", 0)) if row.kind == "merge" else None
    merged = merging.merge_numbered(row.payload.get("merge", 0)) if row.kind == "unmerge" else None
    rows = differences_of(row, desk.reader, is_open=is_open)
    deciders = queries.deciders(row, desk.today) if waits else []
    return desk.page(
        "change_request",
        "changes",
        row=row,
        title=KINDS[row.kind],
        state=STATES[row.state],
        differences=rows,
        has_before=any(one.before for one in rows),
        has_masked=any(one.is_masked for one in rows),
        gone=gone,
        sides=compared(row.person, gone, desk.today) if gone is not None and waits else [],
        merged=merged,
        links=_links(merged),
        deciders=deciders[:DECIDERS],
        more_deciders=max(len(deciders) - DECIDERS, 0),
        purposes=PURPOSES,
        refusals=refusals,
        may_show=desk.reader.may("person.show", row.division),
        may_decide=waits and not is_mine and desk.reader.may("register.decide", row.division),
        may_withdraw=waits and is_mine,
    )


def _links(merged: Any) -> list[tuple[str, int]]:
    """What a merge moved and its undoing moves back, in words."""
    if merged is None:
        return []
    words = {
        "identifier": _("证件号码"),
        "formername": _("曾用名"),
        "formerplace": _("原住址和户口"),
        "membership": _("家庭成员关系"),
        "residence": _("居住证"),
        "kin": _("亲属和监护关系"),
        "death": _("死亡信息"),
    }
    return [(words.get(name, name), number) for name, number in merging.links_of(merged).items()]


def _subject(desk: Desk, kind: str) -> Subject:
    key, number = desk.request.GET.get("person", ""), desk.written("household")
    person = people.person(desk.reader, int(key)) if key.isdigit() and len(key) < 19 else None
    home = people.household(desk.reader, number) if number else None
    if kind in OF_NOBODY:
        if number and home is None:
            raise Http404
        return Subject(desk.reader, desk.today, None, home)
    if kind in WITH_HOUSEHOLD and person is not None:
        here = people.membership_on(person, desk.today)
        home = here.household if here is not None else None
    if kind not in OF_HOUSEHOLD and kind not in WITH_HOUSEHOLD and person is not None:
        home = None
    if (home if kind in OF_HOUSEHOLD else person or home if kind == "move" else person) is None:
        raise Http404
    return Subject(desk.reader, desk.today, person, home)


def _initial(desk: Desk, kind: str, subject: Subject) -> dict[str, Any]:
    known: dict[str, Any] = {"on": desk.today}
    if kind == "home":
        known |= {"division": subject.person.division, "settlement": subject.person.settlement}
    if kind == "hukou":
        known |= {
            "hukou_division": subject.person.hukou_division,
            "hukou_kind": subject.person.hukou_kind,
            "settlement": subject.person.settlement,
        }
    return known


def _back(subject: Subject) -> str:
    if subject.person is not None:
        return reverse("console:person", args=[subject.person.pk])
    if subject.household is not None:
        return reverse("console:home", args=[subject.household.number])
    return reverse("console:people")
