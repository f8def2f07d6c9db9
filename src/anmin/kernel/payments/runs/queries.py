"""Runs and lines as a reader may see them: what is paid to whom, of what it consists, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.runs.causes import CAUSES
from anmin.kernel.payments.runs.models import (
    PayLine,
    PayPart,
    PayRun,
    PriceSubsidy,
    RateContinuation,
    RunFunding,
)
from anmin.lib.divisions import ancestors


def runs(reader: Reader) -> QuerySet[PayRun]:
    """Every run in the reader's places, newest first."""
    rows = PayRun.objects.filter(reader.scope.q())
    return rows.select_related("prepared_by").order_by("-month", "-pk")


def runs_above(reader: Reader) -> QuerySet[PayRun]:
    """Runs of a county in which the reader's places lie, newest first: a town's families are paid in them."""
    above = {code for own in reader.scope.codes for code in ancestors(own)} - set(reader.scope.codes)
    rows = PayRun.objects.filter(division__in=above).exclude(state="void")
    return rows.exclude(reader.scope.q()).order_by("-month", "-pk")


def run_of_lines(reader: Reader, number: int) -> PayRun | None:
    """A run of which the reader lists payments: one in their places, or in which their places lie."""
    return run_numbered(reader, number) or runs_above(reader).filter(pk=number).first()


def run_numbered(reader: Reader, number: int) -> PayRun | None:
    """One run."""
    return runs(reader).filter(pk=number).first()


COUNTED = "counted"
"""Asked for instead of a state: the lines that a run's number and total count, which is all but those left out."""


def lines(reader: Reader, run: PayRun, state: str = "", benefit: str = "") -> QuerySet[PayLine]:
    """The lines of a run that the reader may see: all, those in a state, or those that its total counts."""
    rows = PayLine.objects.filter(reader.q(), run=run)
    if state == COUNTED:
        rows = rows.exclude(state=PayLine.State.EXCLUDED)
    elif state:
        rows = rows.filter(state=state)
    rows = rows.filter(benefit=benefit) if benefit else rows
    return rows.select_related("household", "person", "account").order_by("pk")


def line_numbered(reader: Reader, number: int) -> PayLine | None:
    """One line."""
    rows = PayLine.objects.filter(reader.q(), pk=number)
    return rows.select_related("run", "household", "person", "account", "entitlement").first()


def lines_of_entitlements(reader: Reader, run: PayRun, entitlements: Iterable[int]) -> dict[int, PayLine]:
    """The lines of some entitlements in a run, by entitlement, as far as the reader may see them."""
    rows = lines(reader, run).filter(entitlement__in=list(entitlements))
    return {row.entitlement_id: row for row in rows}


def parts_of(line: PayLine) -> QuerySet[PayPart]:
    """What a line consists of, by month."""
    return line.parts.order_by("month", "basis", "sequence")


def lines_of_person(reader: Reader, person: int) -> QuerySet[PayLine]:
    """What a person was and will be paid, newest first."""
    rows = PayLine.objects.filter(reader.q(), person=person).exclude(run__state="void")
    return rows.select_related("run", "account", "household").order_by("-run__month", "-pk")


def lines_of_household(reader: Reader, household: int) -> QuerySet[PayLine]:
    """What a household was and will be paid, newest first; a life of a payment each."""
    rows = PayLine.objects.filter(reader.q(), household=household).exclude(run__state="void")
    return rows.select_related("run", "account", "person").order_by("-run__month", "-pk")


@dataclass(frozen=True)
class RunSum:
    """A sum of a run: benefit, state, place down to the town, number of lines and fen. It carries no person."""

    benefit: str
    state: str
    place: str
    number: int
    fen: int


def run_sums(run: PayRun) -> list[RunSum]:
    """The sums of a run for the reader's places, those of lines held more closely included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT benefit, state, place, number, fen FROM anmin_run_sums(%s)", [run.pk])
        return [RunSum(*row) for row in cursor.fetchall()]


def funding(run: PayRun) -> QuerySet[RunFunding]:
    """Which budget lines pay how much of a run, since it was submitted."""
    rows = RunFunding.objects.filter(run=run).select_related("budget_line__fund")
    return rows.order_by("budget_line__rank", "budget_line", "benefit")


def words_of_part(part: PayPart) -> str:
    """What a part is, for people: the month and why."""
    words: Any = CAUSES.get(part.cause, part.cause)
    return f"{part.month:%Y-%m} {words}"


def price_subsidies(division: str) -> QuerySet[PriceSubsidy]:
    """The price subsidies that count in a place: its own and those of the places above it, newest first."""
    rows = PriceSubsidy.objects.filter(division__in=ancestors(division))
    return rows.select_related("by", "beside").order_by("-month")


def continuations(division: str) -> QuerySet[RateContinuation]:
    """The rates that a place goes on with until new ones are published, newest first."""
    rows = RateContinuation.objects.filter(division__in=ancestors(division))
    return rows.select_related("by", "beside").order_by("-year", "rate")
