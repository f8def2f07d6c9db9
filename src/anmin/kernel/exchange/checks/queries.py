"""Checks as a reader may see them: the queue with its clocks, one order, its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.exchange.checks.asking import check_sources
from anmin.kernel.exchange.checks.models import CheckAnswer, CheckOrder
from anmin.kernel.exchange.consents.queries import Missing, adults_of, missing_of
from anmin.kernel.exchange.periods import days_left
from anmin.kernel.facts.sources.catalogue import Source
from anmin.kernel.people import queries as people
from anmin.kernel.people.models import Household, Person

__all__ = [
    "ReportLine",
    "ReportRow",
    "adults_seen",
    "answer_numbered",
    "answers_of",
    "check_sources",
    "lacking",
    "latest_report",
    "order_numbered",
    "orders",
    "orders_shown",
    "overdue",
    "report",
]


def orders(reader: Reader) -> QuerySet[CheckOrder]:
    """Checks of households in the reader's divisions, newest first."""
    rows = CheckOrder.objects.filter(reader.q())
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


def orders_shown(reader: Reader, on: date, shown: str) -> QuerySet[CheckOrder]:
    """Checks that are `open`, `late` or `done`, or `all`."""
    if shown == "late":
        return overdue(reader, on)
    states = {"open": ["asked", "running"], "done": ["done"]}.get(shown)
    return orders(reader).filter(state__in=states) if states else orders(reader)


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
class ReportRow:
    """One row of an answer: about whom, its values by the source's columns, and whether the name was another.

    `is_hidden` when it is about somebody out of the reader's sight: then neither name nor values are there.
    """

    person: int
    name: str
    values: Mapping[str, Any]
    name_differs: bool
    is_hidden: bool = False


@dataclass(frozen=True)
class ReportLine:
    """One source in a report: what it said about whom, with source, batch and day. `left` is working days to go."""

    answer: CheckAnswer
    source: Source | None
    rows: list[ReportRow]
    left: int

    @property
    def is_late(self) -> bool:
        """Whether the answer is overdue."""
        return self.answer.state == CheckAnswer.State.WAITING and self.left < 0


def report(reader: Reader, order: CheckOrder, on: date) -> list[ReportLine]:
    """The report of a check (核对报告) as far as it has come; persons the reader may not see are not named."""
    sources = check_sources()
    answers = answers_of(order)
    held = {
        answer.pk: answer.lines.get("rows", []) if answer.state == CheckAnswer.State.FOUND else []
        for answer in answers
    }
    keys = {row["person"] for rows in held.values() for row in rows}
    names = {row.pk: row.name for row in people.persons(reader).filter(pk__in=keys)}
    return [
        ReportLine(
            answer,
            sources.get(answer.source),
            [_row(row, names) for row in held[answer.pk]],
            days_left(answer.due, on),
        )
        for answer in answers
    ]


def _row(row: dict[str, Any], names: Mapping[int, str]) -> ReportRow:
    name = names.get(row["person"])
    if name is None:
        return ReportRow(0, "", {}, False, is_hidden=True)
    return ReportRow(row["person"], name, row["values"], bool(row.get("name_differs")))
