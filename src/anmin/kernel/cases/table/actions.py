"""Save and drop views of one's own; the work table's bulk steps, each case for itself, repeated without doubling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StaleCase, StepRefused, assign, take_step
from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.cases.publicity.actions import publish
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.table.bulk import CHECK, PAPERS, PUBLISH, VISIT, Failure, Outcome, Ready, look
from anmin.kernel.cases.table.models import SavedView
from anmin.kernel.cases.table.queries import Filters, case_rows
from anmin.kernel.exchange.checks.actions import CheckProblem, NotAuthorised, ask_check
from anmin.kernel.papers.words import PaperProblem
from anmin.policy.errors import PolicyError

MOST_VIEWS, LONGEST_NAME = 20, 20


class ViewProblem(ValueError):
    """A view cannot be saved so; the message says why."""


@transaction.atomic
def save_view(*, by: Reader, name: str, filters: Filters) -> SavedView:
    """Keep a view under a name; the same name again keeps the new filters.

    Raises:
        ViewProblem: without a name, with nothing to keep, or with too many views already.
    """
    wanted = name.replace("\x00", "").strip()[:LONGEST_NAME]
    if by.user is None or not wanted:
        raise ViewProblem(_("请给视图起个名字"))
    if not filters.as_query():
        raise ViewProblem(_("现在没有任何筛选条件，请先选好条件再保存"))
    mine = list(SavedView.objects.select_for_update().filter(owner=by.user))
    row = next((one for one in mine if one.name == wanted), None)
    if row is None and len(mine) >= MOST_VIEWS:
        raise ViewProblem(_("最多保存 %(n)d 个视图，请先删掉不用的") % {"n": MOST_VIEWS})
    row = row or SavedView(owner=by.user, name=wanted)
    row.filters = filters.as_query()
    row.save()
    audit.record(by=by.user, act="cases.save_view", subject=row, after={"filters": sorted(row.filters)})
    return row


@transaction.atomic
def drop_view(*, by: Reader, pk: int) -> None:
    """Delete a view of one's own; one that is gone already stays gone."""
    row = SavedView.objects.filter(owner=by.user, pk=pk).first() if by.user is not None else None
    if row is not None:
        audit.record(by=by.user, act="cases.drop_view", subject=row, before={"filters": sorted(row.filters)})
        row.delete()


def do_all(*, by: Reader, what: str, seen: Mapping[str, int], on: date) -> Outcome:
    """Take a bulk step on many cases, each in its own transaction: some may fail, and a repetition doubles nothing.

    `seen` maps numbers of cases to the last step that the page showed. Papers are made, not printed.
    """
    found = Outcome()
    rows = {row.number: row for row in case_rows(by, list(seen))}
    for number, last in seen.items():
        case = rows.get(number)
        if case is None:
            found.failed.append(Failure(number, "", str(_("没有这件办件，或不在您的管辖范围内"))))
            continue
        ready = look(by, case, what, on)
        if isinstance(ready, Failure):
            found.failed.append(ready)
        elif not isinstance(ready, Ready):
            found.already.append(number)
        else:
            failure = _one(by, ready, last, on)
            if failure is None:
                found.done.append(number)
            else:
                found.failed.append(failure)
    return found


def _one(by: Reader, ready: Ready, seen: int, on: date) -> Failure | None:
    case = ready.case
    try:
        with transaction.atomic():
            DO[ready.what](by, ready, seen, on)
    except NotAuthorised as trouble:
        return Failure(case.number, case.applicant.name, str(trouble), "mandate")
    except StaleCase as trouble:
        return Failure(case.number, case.applicant.name, str(trouble))
    except (StepRefused, CheckProblem, PaperProblem, PolicyError) as trouble:
        return Failure(case.number, case.applicant.name, str(trouble))
    return None


def _visit(by: Reader, ready: Ready, seen: int, on: date) -> None:
    if ready.step:
        take_step(by=by, case=ready.case, action=ready.step, on=on, seen=seen)
    assign(by=by, case=ready.case, handler=ready.worker)


def _check(by: Reader, ready: Ready, seen: int, on: date) -> None:
    sources = procedure_of(ready.case).intake.get("sources", ())
    if sources and by.may("checks.ask", ready.case.division):
        ask_check(by=by, household=ready.case.household, sources=sources, matter=ready.case.number, on=on)
    take_step(by=by, case=ready.case, action=ready.step, on=on, seen=seen)


def _publish(by: Reader, ready: Ready, seen: int, on: date) -> None:
    publish(by=by, case=ready.case, on=on, seen=seen)


def _papers(by: Reader, ready: Ready, seen: int, on: date) -> None:
    for kind in ready.kinds:
        make_paper(by=by, case=ready.case, kind=kind, on=on)


DO: dict[str, Any] = {VISIT: _visit, CHECK: _check, PUBLISH: _publish, PAPERS: _papers}
