"""What papers of a case have in common: heading, people, lines of a calculation."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects

from anmin.kernel.cases.intake.models import CaseMember
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.publicity.models import Publicity
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.queries import MatrixLine, matrix
from anmin.kernel.entitlements import queries as entitlements
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.papers.data import Line, Office, Party
from anmin.kernel.papers.offices import county_office, town_office
from anmin.kernel.papers.words import named
from anmin.kernel.people.models import Person
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import Relation
from anmin.policy.explain import Explanation

SEXES = {1: "男", 2: "女"}
RESIDENT = "resident"
FIGURE = re.compile(r"-?[\d,]+(\.\d+)?")
MOST_SOURCES = 12
"""Lines of the letter that says where figures come from."""
MONEY = re.compile(r"-?[\d,]+\.\d{2}")


def head(case: Case, on: date, issuer: Office, decision: Decision | None = None) -> dict[str, Any]:
    """Issuer, number, day, matter and the version of the rules, which is the decision's where there is one."""
    return {
        "issuer": issuer,
        "number": case.number,
        "on": on,
        "matter": procedure_of(case).title,
        "rules": decision.rules if decision is not None else case.procedure.version,
    }


def deciding_office(case: Case, on: date) -> Office:
    """Who decides: the county's bureau, or the town where the county delegated it."""
    delegated = procedure_of(case).terms.get("town_confirms")
    return town_office(case.division, on) if delegated else county_office(case.division, on)


def decision_of(case: Case, *outcomes: str) -> Decision | None:
    """The newest decision of a case with one of some outcomes; each is one of its steps."""
    made = [
        row.decision for row in case.steps.all() if row.decision_id is not None and row.decision is not None
    ]
    return max((one for one in made if one.outcome in outcomes), key=lambda one: one.pk, default=None)


def step_of(case: Case, *actions: str, before: int | None = None) -> Step | None:
    """The last step of a kind, or of some, that was taken; `before` a step of a number where one is given."""
    rows = [
        row for row in case.steps.all() if row.action in actions and (before is None or row.number < before)
    ]
    return max(rows, key=lambda row: row.number, default=None)


def family_of(case: Case) -> list[CaseMember]:
    """Those of the day of the application, in its order, with their persons and numbers."""
    rows = sorted(case.members.all(), key=lambda row: row.position)
    prefetch_related_objects(rows, "person__identifiers")
    return rows


def shown_last(case: Case) -> Publicity | None:
    """The last round in which a case was shown in public."""
    return max(case.publicities.all(), key=lambda row: row.round, default=None)


def party(person: Person, relation: str = "", *, address: str = "") -> Party:
    """A person as a paper names them: in full, for papers are handed to the family itself."""
    rows = [row for row in person.identifiers.all() if row.kind == RESIDENT and row.last_day is None]
    held = max(rows, key=lambda row: row.pk, default=None)
    return Party(
        name=person.name,
        number=held.value if held is not None else "",
        sex=SEXES.get(person.sex, ""),
        birth_day=person.birth_day,
        phone=person.phone,
        address=address,
        relation=relation,
    )


def applicant(case: Case) -> Party:
    """The applicant, with the address of the household."""
    return party(case.applicant, "本人", address=case.household.address)


def members(case: Case) -> list[Party]:
    """The family of the day of the application, in its order. The relation is that to the head of the household."""
    return [
        applicant(case)
        if row.person_id == case.applicant_id
        else party(row.person, Relation.of(row.relation).title)
        for row in family_of(case)
    ]


def lines_of(found: Explanation) -> list[Line]:
    """The figures of the answer's own line that count for something, then the answer itself."""
    last = next((line for line in reversed(found.lines) if line.name == found.name), None)
    if last is None:
        return [Line(found.title, with_unit(found.shown))]
    told = [
        Line(row.title, with_unit(row.shown), named(row.law) if row.law else row.source)
        for row in last.operands
        if FIGURE.fullmatch(row.shown) and row.value
    ]
    return [*dict.fromkeys(told), Line(found.title, with_unit(found.shown), named(last.law))]


def sources_of(case: Case, found: Explanation) -> list[Line]:
    """The amounts that the family, a department or the visit gave and that the answer rests on, each with who said it.

    Nought is left out; of very many the largest are told, so that the letter stays one page.
    """
    used = {row.name for line in found.lines for row in line.operands if row.origin == "fact"}
    told = []
    for line in matrix(case):
        value = line.adopted or line.seen or line.checked or line.declared
        if value is None or not value.value or line.row.name not in used or not is_money(value.shown):
            continue
        who = f"{line.row.person.name}：" if line.row.person is not None else ""
        told.append((value.value, Line(f"{who}{line.title}", with_unit(value.shown), _said_by(line))))
    if len(told) <= MOST_SOURCES:
        return [row for _value, row in told]
    largest = sorted(told, key=lambda one: -one[0])[:MOST_SOURCES]
    rest = Line(f"另有 {len(told) - MOST_SOURCES} 项较小的金额", "", "见审核确认表")
    return [row for _value, row in told if (_value, row) in largest] + [rest]


def _said_by(line: MatrixLine) -> str:
    return line.row.get_basis_display() or "本人申报"


def is_money(shown: str) -> bool:
    """Whether a value is shown as an amount: two decimals."""
    return bool(MONEY.fullmatch(shown))


def with_unit(shown: str) -> str:
    """An amount with its unit; anything else as it is."""
    return f"{shown} 元" if is_money(shown) else shown


def explained(decision: Decision) -> Explanation | None:
    """Why the decided benefit came out as it did, from the frozen facts; None where no rule calculated it."""
    benefit = rulebook().benefits.get(decision.benefit)
    name = (benefit.amount or benefit.eligible) if benefit is not None else None
    if name is None:
        return None
    try:
        member = None if benefit is None or benefit.unit == "household" else 0
        return entitlements.why(decision, name, member)
    except KeyError:
        return None
