"""What a household or a person has been helped with (救助情况): cases, benefits with this month's amount, the chain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse

from anmin.console.casechain import links_of_household
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.queries import Case, procedure_of
from anmin.kernel.cases.table import find
from anmin.kernel.entitlements import queries as entitlements
from anmin.kernel.entitlements.takingover.queries import told_of
from anmin.kernel.people.queries import Household, Person

CASES = "case.read"


def of_household(reader: Reader, home: Household, on: date) -> dict[str, Any] | None:
    """The cases, benefits and chain of a household; None for readers without casework."""
    if not reader.may(CASES):
        return None
    return {
        "cases": _cases(find.of_household(reader, home)),
        "benefits": _benefits(reader, entitlements.entitlements(reader).filter(household=home), on),
        "chain": links_of_household(reader, home),
        "report": home.number if _may_report(reader, home.division) else "",
    }


def of_person(reader: Reader, person: Person, home: Household | None, on: date) -> dict[str, Any] | None:
    """The cases somebody is in, their own benefits and those of their household."""
    if not reader.may(CASES):
        return None
    rows = entitlements.entitlements(reader)
    mine = rows.filter(person=person)
    shared = rows.filter(household=home, person__isnull=True) if home is not None else rows.none()
    return {
        "cases": _cases(find.of_person(reader, person.pk)),
        "benefits": _benefits(reader, [*mine, *shared], on),
        "chain": None,
        "home": home.number if home is not None else "",
        "report": home.number if home is not None and _may_report(reader, home.division) else "",
    }


def _may_report(reader: Reader, division: str) -> bool:
    """Whether a reader may say that something changed in a family there."""
    return any(reader.may(power, division) for power in ("case.file", "case.accept"))


def _cases(rows: Iterable[Case]) -> list[dict[str, Any]]:
    return [
        {
            "href": reverse("console:case", args=[row.number]),
            "number": row.number,
            "title": procedure_of(row).title,
            "state": procedure_of(row).states[row.state].title,
            "on": row.opened_on,
            "is_open": row.closed_on is None,
        }
        for row in rows
    ]


def _benefits(reader: Reader, rows: Iterable[Any], on: date) -> list[dict[str, Any]]:
    """Running and ended benefits; one that was taken over from elsewhere has no case here to look at."""
    rows, found = list(rows), []
    here = {case.number for case in find.numbered(reader, [row.begun_by.case_number for row in rows])}
    for row in rows:
        held = entitlements.paying(row, on.replace(day=1))
        found.append(
            {
                "title": entitlements.title_of_benefit(row.benefit),
                "who": row.person.name if row.person is not None else "",
                "state": row.get_state_display(),
                "fen": held.fen if held is not None else None,
                "is_yearly": held is not None and held.is_yearly,
                "since": row.first_day,
                "until": row.last_day,
                "case": row.begun_by.case_number if row.begun_by.case_number in here else "",
                "told": told_of(row),
            }
        )
    return found
