"""The chain of a household (救助链): cases, decisions, benefits, money, visits, checks and changes in one order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.guards import title_of
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.pushes.queries import department_of, pushes
from anmin.kernel.cases.queries import cases, procedure_of
from anmin.kernel.delivery.services import services
from anmin.kernel.delivery.visits.queries import visits_of
from anmin.kernel.entitlements.models import Amount
from anmin.kernel.entitlements.queries import decisions, entitlements, title_of_benefit
from anmin.kernel.exchange.checks.queries import orders
from anmin.kernel.payments.runs.queries import lines_of_household
from anmin.kernel.people.models import ChangeRequest, Household

MOST_VISITS, MOST_PAYMENTS = 100, 60
ANSWERED = ("paid", "returned")
"""States of a payment of which the bank has said something."""


@dataclass(frozen=True)
class Link:
    """One thing that happened (救助链上的一环).

    `kind` is step, decision, benefit, amount, payment, visit, check, change or push; `fen` money where there is any; `case` the number of the
    case it belongs to; `subject` the row's key, for the page behind it.
    """

    on: date
    kind: str
    title: str
    words: str
    subject: int
    case: str = ""
    fen: int | None = None
    by: str = ""
    order: int = 0


def chain(reader: Reader, household: Household, *, until: date | None = None) -> list[Link]:
    """Everything done for a household as far as the reader may see it, the newest first.

    Of visits and payments, which never end, only the newest of some years.
    """
    found = [*_steps(reader, household), *_benefits(reader, household), *_decisions(reader, household)]
    found += [*_checks(reader, household), *_changes(reader, household), *_pushes(reader, household)]
    found += [*_visits(reader, household), *_payments(reader, household)]
    rows = [row for row in found if until is None or row.on <= until]
    return sorted(rows, key=lambda row: (row.on, row.order, row.kind, row.subject), reverse=True)


def _steps(reader: Reader, household: Household) -> Iterator[Link]:
    for case in cases(reader).filter(household=household).prefetch_related("steps"):
        procedure = procedure_of(case)
        for step in case.steps.all():
            title = f"{procedure.title} · {title_of(procedure, step.action)}"
            yield Link(
                step.on, "step", title, step.reason, step.pk, case.number, by=step.by_name, order=step.number
            )


def _decisions(reader: Reader, household: Household) -> Iterator[Link]:
    for row in decisions(reader).filter(household=household).select_related("decided_by"):
        title = f"{row.get_outcome_display()} {title_of_benefit(row.benefit)}".strip()
        yield Link(
            row.on,
            "decision",
            title,
            row.reason,
            row.pk,
            row.case_number,
            row.amount,
            str(row.decided_by),
            order=1000,
        )


def _benefits(reader: Reader, household: Household) -> Iterator[Link]:
    rows = entitlements(reader).filter(household=household).select_related("begun_by")
    for row in rows.prefetch_related(Prefetch("amounts", Amount.objects.order_by("first_month"))):
        title = title_of_benefit(row.benefit)
        number = row.begun_by.case_number
        for amount in row.amounts.all():
            until = f"至 {amount.last_month:%Y-%m}" if amount.last_month else "起"
            words = f"{amount.first_month:%Y-%m} {until}"
            yield Link(amount.first_month, "amount", title, words, row.pk, number, amount.fen, order=1001)
        if row.state == "ended" and row.last_day is not None:
            yield Link(row.last_day, "benefit", title, "已终止", row.pk, number, order=1002)


def _visits(reader: Reader, household: Household) -> Iterator[Link]:
    """Who came to the house, of every service; what was said there stays with the visit."""
    for row in visits_of(reader, household)[:MOST_VISITS]:
        title = f"走访 · {services()[row.service].title}" if row.service in services() else "走访"
        words = "" if row.is_met else "没有见到人"
        yield Link(row.happened_on, "visit", title, words, row.pk, by=str(row.by), order=1005)


def _payments(reader: Reader, household: Household) -> Iterator[Link]:
    """Money that arrived or came back, by the month it was paid for."""
    for row in lines_of_household(reader, household.pk).filter(state__in=ANSWERED)[:MOST_PAYMENTS]:
        title = f"{row.run.month:%Y-%m} {title_of_benefit(row.benefit)}"
        yield Link(row.run.month, "payment", title, row.get_state_display(), row.pk, fen=row.fen, order=1006)


def _checks(reader: Reader, household: Household) -> Iterator[Link]:
    for row in orders(reader).filter(household=household):
        words = f"{len(row.sources)} 个来源"
        day = row.done_on or row.started_on or row.asked_on
        yield Link(day, "check", f"信息核对 · {row.get_state_display()}", words, row.pk, by=row.asked_by)


def _changes(reader: Reader, household: Household) -> Iterator[Link]:
    rows = ChangeRequest.objects.filter(reader.scope.q(), level__lte=reader.clearance, household=household)
    for row in rows.select_related("asked_by"):
        title = f"{row.get_kind_display()} · {row.get_state_display()}"
        yield Link(row.on, "change", title, "", row.pk, by=str(row.asked_by))


def _pushes(reader: Reader, household: Household) -> Iterator[Link]:
    for row in pushes(reader).filter(household=household):
        department, what = department_of(row)
        number = row.decision.case_number
        title = f"{department} · {what}"
        yield Link(row.sent_on, "push", f"推送 {title}", "", row.pk, number, order=1003)
        if row.returned_on is not None:
            told = f"{row.get_outcome_display()}：{row.words}"
            by = str(row.noted_by)
            yield Link(
                row.returned_on, "push", f"反馈 {title}", told, row.pk, number, row.fen, by, order=1004
            )


def cases_of(reader: Reader, household: Household) -> list[Case]:
    """The cases of a household, newest first."""
    return list(cases(reader).filter(household=household).order_by("-opened_on", "-pk"))
