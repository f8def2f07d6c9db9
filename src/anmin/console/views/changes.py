"""Ask for a change in the register, see what waits, decide it (变更申请)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.changeforms import FORMS, OF_HOUSEHOLD, WITH_HOUSEHOLD, Subject, said_of
from anmin.console.views.desk import Desk, needs
from anmin.kernel.people import queries as people
from anmin.kernel.people.merging.actions import unmerge
from anmin.kernel.people.register.actions import RegisterProblem
from anmin.kernel.people.requests import actions
from anmin.kernel.people.requests.actions import ChangeRefused

ROWS = 50


@needs("register.read")
def change_list(desk: Desk) -> HttpResponse:
    """Changes that wait for a decision."""
    page = Paginator(people.open_requests(desk.reader), ROWS).get_page(desk.request.GET.get("page"))
    return desk.page("changes", "changes", page_of=page)


@needs("register.ask")
def ask(desk: Desk, kind: str) -> HttpResponse:
    """The form of one kind of change."""
    if kind not in FORMS:
        raise Http404
    subject = _subject(desk, kind)
    given = desk.request.POST if desk.request.method == "POST" else None
    form = FORMS[kind](given, subject=subject, initial={"on": desk.today})
    title = str(people.ChangeRequest.Kind(kind).label)
    refusals: list[tuple[str, str]] = []
    if given is not None and form.is_valid():
        try:
            row = actions.ask(
                by=desk.reader.user,  # type: ignore[arg-type]
                kind=kind,
                on=form.cleaned_data["on"],
                division=subject.division,
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
    return desk.page(
        "change", "changes", form=form, title=title, subject=subject, refusals=refusals, back=_back(subject)
    )


@needs("register.read")
def change_request(desk: Desk, pk: int) -> HttpResponse:
    """One request: what it would change, why, who asked, and the decision."""
    return _request_page(desk, _request(desk, pk), [])


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
@needs("register.decide")
def undo_merge(desk: Desk, pk: int) -> HttpResponse:
    """Take a merge back."""
    person = people.person(desk.reader, pk)
    merges = [row for row in people.merges_of(person) if row.undone_at is None] if person is not None else []
    if not merges:
        raise Http404
    try:
        unmerge(by=desk.reader.user, merged=merges[0], reason=desk.request.POST.get("reason", ""))  # type: ignore[arg-type]
        messages.success(desk.request, _("合并已撤销，两条记录都恢复了。"))
    except RegisterProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:person", args=[pk]))


def _request(desk: Desk, pk: int) -> Any:
    row = people.request_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _request_page(desk: Desk, row: Any, refusals: list[tuple[str, str]]) -> HttpResponse:
    is_open = row.state == row.State.OPEN
    is_mine = row.asked_by_id == desk.reader.user.pk  # type: ignore[union-attr]
    gone = people.person(desk.reader, row.payload.get("gone", 0)) if row.kind == "merge" else None
    return desk.page(
        "change_request",
        "changes",
        row=row,
        said=said_of(row),
        gone=gone,
        refusals=refusals,
        may_decide=is_open and not is_mine and desk.reader.may("register.decide", row.division),
        may_withdraw=is_open and is_mine,
        must_wait=is_open and is_mine,
    )


def _subject(desk: Desk, kind: str) -> Subject:
    key, number = desk.request.GET.get("person", ""), desk.written("household")
    person = people.person(desk.reader, int(key)) if key.isdigit() and len(key) < 19 else None
    home = people.household(desk.reader, number) if number else None
    if kind in WITH_HOUSEHOLD and person is not None:
        here = people.membership_on(person, desk.today)
        home = here.household if here is not None else None
    if (home if kind in OF_HOUSEHOLD else person) is None:
        raise Http404
    return Subject(desk.reader, desk.today, person, home)


def _back(subject: Subject) -> str:
    if subject.person is not None:
        return reverse("console:person", args=[subject.person.pk])
    return reverse("console:home", args=[subject.household.number])
