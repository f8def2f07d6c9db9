"""The chain of a household and the steps of a case in words; what a returned case was to mend, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.casewords import LINKS, word_of
from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.chain import queries as chains
from anmin.kernel.cases.deciding import queries as deciding
from anmin.kernel.cases.fieldwork.queries import SIGNING
from anmin.kernel.cases.guards import title_of
from anmin.kernel.cases.queries import Case, procedure_of
from anmin.kernel.cases.table import returns
from anmin.kernel.people.queries import Household
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.examples import shown

AT_HAND = 12
"""So many links stand open; older ones are folded away."""


def links_of(reader: Reader, case: Case, kind: str = "") -> dict[str, Any]:
    """The chain, newest first: links at hand, older ones, and the kinds by which it can be narrowed."""
    rows = chains.chain(reader, case.household)
    kinds = [(key, title) for key, title in LINKS.items() if any(row.kind == key for row in rows)]
    if kind in LINKS:
        rows = [row for row in rows if row.kind == kind]
    told = [_told(row, case) for row in rows]
    return {"near": told[:AT_HAND], "far": told[AT_HAND:], "kinds": kinds, "kind": kind, "count": len(told)}


def links_of_household(reader: Reader, home: Household) -> list[dict[str, Any]]:
    """The whole chain of a household, newest first, on its own page."""
    return [_told(row, None) for row in chains.chain(reader, home)]


def _told(row: chains.Link, case: Case | None) -> dict[str, Any]:
    href = ""
    if row.kind == "check":
        href = reverse("console:check", args=[row.subject])
    elif row.kind == "change":
        href = reverse("console:change_request", args=[row.subject])
    elif row.kind == "push":
        href = reverse("console:push", args=[row.subject])
    elif row.case and (case is None or row.case != case.number):
        href = reverse("console:case", args=[row.case])
    return {
        "anchor": f"link-{row.kind}-{row.subject}-{row.order}",
        "on": row.on,
        "kind": word_of(LINKS, row.kind),
        "title": row.title,
        "words": row.words,
        "by": row.by,
        "fen": row.fen,
        "href": href,
        "is_here": case is None or row.case == case.number,
    }


def step_line(case: Case, step: Any) -> dict[str, Any]:
    """One step in words."""
    return {
        "on": step.on,
        "at": step.at,
        "title": title_of(procedure_of(case), step.action),
        "by": step.by_name,
        "reason": step.reason,
    }


def returned_of(reader: Reader, case: Case, names: Mapping[int, str]) -> dict[str, Any] | None:
    """Why a case was sent back, point by point with where to mend each, and what changed since; None where it was not."""
    step = returns.last_return(case)
    if step is None:
        return None
    facts = rulebook().facts

    def value(name: str, amount: int | None) -> str:
        fact = facts.get(name)
        return "—" if amount is None or fact is None else shown(amount, fact.kind, fact.codes)

    changes = [
        {
            "title": facts[name].title if name in facts else name,
            "who": names.get(person, "") if person is not None else str(_("全户")),
            "before": value(name, before),
            "after": value(name, after),
        }
        for person, name, before, after in deciding.changed_since_return(case)
    ]
    done = returns.mended_since(case, step)
    return {
        "on": step.on,
        "by": step.by_name,
        "is_back": case.state not in ("returned", "accepted") and step.number < case.last_step,
        "waits": case.state == "returned" or returns.is_under_way(case, step),
        "points": [_point(reader, case, point, names) for point in deciding.points_of(case)],
        "changes": changes,
        "papers": done.papers,
        "mandates": [names.get(person, "") for person in done.persons],
    }


def _point(reader: Reader, case: Case, point: Mapping[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    what, person = str(point["what"]), point.get("person")
    href = ""
    if what == returns.MANDATE:
        href = _signature(reader, case, person)
    elif what.startswith(returns.PAPER):
        href = reverse("console:case_materials", args=[case.number])
    elif what in rulebook().facts:
        href = reverse("console:case-check", args=[case.number])
    return {
        "what": returns.title_of_point(case, what),
        "who": names.get(person, "") if isinstance(person, int) else "",
        "words": point["words"],
        "href": href,
    }


def _signature(reader: Reader, case: Case, person: int | None) -> str:
    """Where a missing authorisation is recorded: at the counter, or on the phone of whoever only goes to the door."""
    if reader.may("consents.manage", case.division):
        query = urlencode({"person": person or "", "case": case.number})
        return f"{reverse('console:consent_new', args=[case.household.number])}?{query}"
    if case.state == "returned" and any(reader.may(power, case.division) for power in SIGNING):
        return reverse("field:sign", args=[case.number])
    return ""
