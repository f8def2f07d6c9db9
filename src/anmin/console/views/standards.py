"""Standards of this place (标准调整): propose one, see whom it touches and what it costs, confirm it as a second person."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.keeping import keeps_typed_here, kept_here
from anmin.console.places import place_name, places_below
from anmin.console.standardform import StandardForm, line_of
from anmin.console.views.desk import Desk, desk
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.entitlements.rerating.effects import affected, effects_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.kernel.screening.standards import actions, queries
from anmin.kernel.screening.standards.actions import CONFIRM, PROPOSE, StandardProblem
from anmin.kernel.screening.standards.queries import StandardChange
from anmin.lib.divisions import DivisionLevel, level_of

ROWS = 20


@keeps_typed_here
@desk
def standards(desk: Desk) -> HttpResponse:
    """Every standard that was proposed here, and for whoever may the form to propose one."""
    book, may_propose = rulebook(), desk.reader.may(PROPOSE)
    given = desk.request.POST if desk.request.method == "POST" else None
    form = StandardForm(given, rates=queries.changeable(book.rates.rates.values()), places=_places(desk))
    if given is None:
        usual = {"rate": desk.written("rate"), "division": desk.written("division") or desk.home}
        form.initial = {**usual, **kept_here(desk.request).dict()}
    if given is not None and form.is_valid():
        try:
            row = actions.propose(by=desk.reader, on=desk.today, **form.cleaned_data)
        except StandardProblem as problem:
            form.refused(problem)
        else:
            messages.success(desk.request, _("已提出，等另一人确认。影响正在后台逐户测算。"))
            return HttpResponseRedirect(reverse("console:standard", args=[row.pk]))
    page = Paginator(queries.standard_changes(), ROWS).get_page(desk.written("page"))
    return desk.page(
        "standards",
        "rules",
        form=form,
        may_propose=may_propose,
        page_of=page,
        rows=[line_of(row, book) for row in page.object_list],
    )


@desk
def standard(desk: Desk, pk: int) -> HttpResponse:
    """One standard: what changes, whom it touches, and the steps that are left for this reader."""
    row = queries.standard_numbered(pk)
    if row is None:
        raise Http404
    trouble, reason = "", desk.request.POST.get("reason", "").replace("\x00", "")
    if desk.request.method == "POST":
        try:
            messages.success(desk.request, _step(desk, row, desk.request.POST.get("step", ""), reason))
            return HttpResponseRedirect(reverse("console:standard", args=[pk]))
        except StandardProblem as problem:
            trouble = str(problem)
    found = effects_of(row)
    sees_all = desk.scope.contains(row.division)
    pages = Paginator(range(found.benefits if found and sees_all else 0), ROWS)
    page = pages.get_page(desk.written("page"))
    touched = affected(desk.reader, row, page.start_index() - 1, ROWS) if pages.count else []
    mine = row.proposed_by_id == getattr(desk.reader.user, "pk", None)
    waits, may = row.state == "proposed", desk.reader.may
    return desk.page(
        "standard",
        "rules",
        line=line_of(row, rulebook()),
        row=row,
        place=place_name(row.division),
        found=found,
        sees_all=sees_all,
        page_of=page,
        touched=[(one, title_of_benefit(one.entitlement.benefit)) for one in touched],
        may_decide=waits and not mine and may(CONFIRM, row.division),
        may_take_back=_may_take_back(desk, row, mine),
        is_mine=waits and mine,
        trouble=trouble,
        reason=reason,
    )


def _step(desk: Desk, row: StandardChange, step: str, reason: str) -> str:
    if step == "confirm":
        actions.confirm(by=desk.reader, change=row, on=desk.today)
        return _("已确认。从起始日起的计算都用它，以前的决定不变。")
    if step == "decline":
        actions.decline(by=desk.reader, change=row, reason=reason, on=desk.today)
        return _("已退回提出的人。")
    if step == "withdraw":
        actions.withdraw(by=desk.reader, change=row, reason=reason, on=desk.today)
        return _("已撤回。")
    raise Http404


def _may_take_back(desk: Desk, row: StandardChange, mine: bool) -> bool:
    may = desk.reader.may
    if row.state == "proposed":
        return mine and may(PROPOSE, row.division)
    return row.state == "confirmed" and not mine and may(CONFIRM, row.division) and desk.today < row.first_day


def _places(desk: Desk) -> list[tuple[str, str]]:
    """The cities and counties for which the reader may propose."""
    laying_down = (DivisionLevel.PREFECTURE, DivisionLevel.COUNTY)
    return [
        row
        for row in places_below(desk.home)
        if level_of(row[0]) in laying_down and desk.reader.may(PROPOSE, row[0])
    ]
