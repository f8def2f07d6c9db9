"""Exceptions as a reader may see them, and in words."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.problems import yuan
from anmin.kernel.payments.runs.models import PayRun
from anmin.lib.calendar import add_months


def exceptions(reader: Reader, run: PayRun | None = None, state: str = "open") -> QuerySet[PayException]:
    """Exceptions in the reader's places: of one run, or of all that are under way."""
    rows = PayException.objects.filter(reader.q(), state=state)
    rows = (
        rows.exclude(run__state="void")
        if run is not None
        else rows.exclude(run__state__in=["closed", "void"])
    )
    rows = rows.filter(run=run) if run is not None else rows
    return rows.select_related("run", "line__household", "line__person", "person").order_by(
        "code", "division", "pk"
    )


def decided(reader: Reader, run: PayRun) -> QuerySet[PayException]:
    """What stood against a run and somebody decided, newest first: who signs must see what was let through."""
    rows = PayException.objects.filter(reader.q(), run=run, state__in=["released", "excluded"])
    return rows.select_related("run", "line__household", "line__person", "person", "decided_by").order_by(
        "-decided_at", "-pk"
    )


def open_by_run(reader: Reader) -> list[tuple[PayRun, str, int]]:
    """Runs that cannot be submitted because of exceptions: by the power that decides them, with how many."""
    rows = PayException.objects.filter(reader.q(), state="open", run__state__in=PayRun.OPEN)
    counts = rows.values("run", "power").annotate(n=Count("pk")).order_by("run", "power")
    runs = PayRun.objects.in_bulk({one["run"] for one in counts})
    return [(runs[one["run"]], one["power"], one["n"]) for one in counts if one["run"] in runs]


def exception_numbered(reader: Reader, number: int) -> PayException | None:
    """One exception."""
    rows = PayException.objects.filter(reader.q(), pk=number)
    return rows.select_related("run", "line__household", "person").first()


def by_code(reader: Reader, run: PayRun) -> dict[str, int]:
    """How many open exceptions there are of each kind; the list behind each has as many rows."""
    rows = exceptions(reader, run).order_by().values_list("code").annotate(number=Count("pk"))
    return dict(sorted(rows))


def late_by_run(reader: Reader) -> list[tuple[PayRun, int]]:
    """Runs that were approved and have exceptions which came up since, each with how many."""
    rows = PayException.objects.filter(
        reader.q(), state="open", line__isnull=False, run__state__in=["approved", "filed", "settled"]
    )
    counts = {one["run"]: one["n"] for one in rows.values("run").annotate(n=Count("pk")).order_by("run")}
    return [(run, counts[run.pk]) for run in PayRun.objects.filter(pk__in=counts).order_by("pk")]


def words_of(row: PayException) -> str:
    """The sentence that says what stands against paying."""
    # What older exceptions were about, which do not say it.
    month = f"{add_months(row.run.month, -1 if row.code == 'total_jump' else 0):%Y-%m}"
    details: dict[str, Any] = {"month": month, "months": month} | row.details
    if "other" in details:
        details["other"] = title_of_benefit(details["other"])
    for name in ("fen", "limit"):
        if row.code == "over":
            details[name] = yuan(int(details[name]))
    return str(CODES[row.code].words % details)
