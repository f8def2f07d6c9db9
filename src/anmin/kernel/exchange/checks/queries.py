"""Checks as a reader may see them: the queue with its clocks, one order, its report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.exchange.checks.asking import CheckSource, lake
from anmin.kernel.exchange.checks.models import CheckAnswer, CheckOrder
from anmin.kernel.exchange.consents.queries import Missing, adults_of, missing_of
from anmin.kernel.exchange.periods import days_left
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Household, Person


def check_sources() -> dict[str, CheckSource]:
    """The sources that a check may ask, by key."""
    return lake().sources()


def orders(reader: Reader) -> QuerySet[CheckOrder]:
    """Checks of households in the reader's divisions, newest first."""
    rows = CheckOrder.objects.filter(reader.scope.q(), level__lte=reader.clearance)
    return rows.select_related("household").order_by("-asked_on", "-pk")


def order_numbered(reader: Reader, number: int) -> CheckOrder | None:
    """One check, or None: also where the reader may not see the household."""
    return orders(reader).filter(pk=number).first()


def overdue(reader: Reader, on: date) -> QuerySet[CheckOrder]:
    """Checks whose start or whose answers are overdue on a day (超期)."""
    late = Q(state="asked", start_due__lt=on) | Q(
        state="running", answers__state="waiting", answers__due__lt=on
    )
    return orders(reader).filter(late).distinct()


def answers_of(order: CheckOrder) -> list[CheckAnswer]:
    """The sources of a check with what they said, by source."""
    return list(order.answers.order_by("source"))


def answer_numbered(order: CheckOrder, number: int) -> CheckAnswer | None:
    """One source's answer of a check."""
    return order.answers.filter(pk=number).select_related("order").first()


def latest_report(reader: Reader, household: Household, on: date) -> CheckOrder | None:
    """The newest report that may still be used on a day, or None."""
    return orders(reader).filter(household=household, state="done", valid_until__gte=on).first()


def lacking(household: Household, sources: list[str], on: date) -> list[Missing]:
    """Whose authorisation is missing before a check can be asked."""
    return missing_of(adults_of(household, on), sources, on)


def adults_seen(reader: Reader, household: Household, on: date) -> list[Person]:
    """The adults of a household that the reader may see."""
    return list(people.persons(reader).filter(pk__in=adults_of(household, on)).order_by("pk"))


@dataclass(frozen=True)
class ReportLine:
    """One source in a report: what it said about whom, with source, batch and day. `left` is working days to go."""

    answer: CheckAnswer
    source: CheckSource | None
    rows: list[tuple[str, list[tuple[str, Any]]]]
    left: int

    @property
    def is_late(self) -> bool:
        """Whether the answer is overdue."""
        return self.answer.state == CheckAnswer.State.WAITING and self.left < 0


def report(reader: Reader, order: CheckOrder, on: date) -> list[ReportLine]:
    """The report of a check (核对报告) as far as it has come; persons the reader may not see are not named."""
    sources = check_sources()
    found = []
    for answer in answers_of(order):
        rows = answer.lines.get("rows", []) if answer.state == CheckAnswer.State.FOUND else []
        keys = [row["person"] for row in rows if row.get("person")]
        names = {row.pk: row.name for row in people.persons(reader).filter(pk__in=keys)}
        shown = [
            (
                names.get(row.get("person"), ""),
                [(name, value) for name, value in row.items() if name != "person"],
            )
            for row in rows
            if not row.get("person") or row["person"] in names
        ]
        found.append(ReportLine(answer, sources.get(answer.source), shown, days_left(answer.due, on)))
    return found
