"""A case's calculation for programs (办件的计算说明): facts with source and day, rules, articles, rates, arithmetic, result.

The same content as the case page. A decided case is told from its frozen grounds, so that it reads the same for ever; people stand
by their place in the application and their key in the register, never by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.deciding.queries import proposal_of
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.table.about import decision_of, explained_by
from anmin.kernel.cases.verification.evidence import best_of
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.entitlements.grounds import Grounds, ground, replay
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.examples import shown
from anmin.policy.explain import explain
from anmin.policy.phrases import CHINESE, Words

LONG = 16
"""Characters of the fingerprint of rules, as decisions keep it and the page shows it."""
REGISTER = "register"
"""The basis of what nobody stated in the case: it stands in the register of people."""


def explanation_of(reader: Reader, case: Case, on: date, words: Words = CHINESE) -> dict[str, Any]:
    """Everything behind a case's result as plain values for JSON; money in fen, days as ISO text.

    `basis` of a fact is declared, checked, seen, judged or register, `on` the day on which its source said so.

    Raises:
        PolicyError: `rate_missing` or `fact_missing`, naming what is missing and who can supply it.
    """
    procedure = procedure_of(case)
    told: dict[str, Any] = {
        "case": case.number,
        "matter": case.matter,
        "title": procedure.title,
        "procedure": {
            "version": case.procedure.version,
            "since": procedure.since.isoformat(),
            "law": procedure.law,
        },
        "state": case.state,
    }
    decision = decision_of(reader, case)
    if decision is not None:
        return {**told, **_decided(case, decision, words)}
    if not procedure.benefits:
        return {**told, "decision": None, "result": None}
    return {**told, "decision": None, **_proposed(case, on, words)}


def _proposed(case: Case, on: date, words: Words) -> dict[str, Any]:
    proposal = proposal_of(case, on=on)
    result = proposal.result
    claims = [
        (one.benefit.key, one.member, one.fen if one.benefit.amount else None) for one in proposal.claims
    ]
    found = ground(result.outcome, result.persons)
    why = result.why(words=words).as_json() if result.outcome.plan.outputs else None
    return _told(case, found, result.persons, claims, why)


def _decided(case: Case, decision: Decision, words: Words) -> dict[str, Any]:
    again, target = replay(decision), explained_by(decision)
    persons = tuple(decision.facts.get("persons", ()))
    why = None
    if again.outcome is not None and target is not None:
        why = explain(again.outcome, target[0], target[1], words).as_json()
    kept = Grounds(decision.facts, decision.rates, decision.findings, decision.rules, decision.grounds)
    about = {
        "outcome": decision.outcome,
        "benefit": decision.benefit,
        "fen": decision.amount,
        "on": decision.on.isoformat(),
        "law": decision.law,
        "words": decision.reason.split("\n"),
        "replays": again.agrees,
    }
    claims = [(decision.benefit, decision.person_id, decision.amount)] if decision.benefit else []
    return {"decision": about, **_told(case, kept, persons, claims, why)}


def _told(
    case: Case,
    found: Grounds,
    persons: Sequence[int],
    claims: Sequence[tuple[str, int | None, int | None]],
    why: dict[str, Any] | None,
) -> dict[str, Any]:
    benefits = rulebook().benefits
    return {
        "on": found.facts.get("day"),
        "rules": found.rules[:LONG],
        "seal": found.seal,
        "members": list(persons),
        "result": [
            {
                "benefit": key,
                "title": benefits[key].title if key in benefits else key,
                "period": benefits[key].period if key in benefits else "",
                "member": persons.index(member) + 1 if member in persons else None,
                "fen": fen,
            }
            for key, member, fen in claims
        ],
        "facts": _facts(case, found, persons),
        "rates": found.rates,
        "findings": found.findings,
        "why": why,
    }


def _facts(case: Case, found: Grounds, persons: Sequence[int]) -> list[dict[str, Any]]:
    """Each value that the rules read from outside, with who said so and when."""
    if not found.facts:
        return []
    rows = {(row.person_id, row.name): row for row in case.facts.select_related("seen_by")}
    values: list[tuple[int | None, int | None, str, int]] = [
        (None, None, name, value) for name, value in found.facts["facts"].items()
    ]
    for at, member in enumerate(found.facts["members"]):
        key = persons[at] if at < len(persons) else None
        values += [(at + 1, key, name, value) for name, value in member.items()]
    catalogue, told = rulebook().facts, []
    for place, key, name, value in values:
        fact = catalogue.get(name)
        told.append(
            {
                "member": place,
                "name": name,
                "title": fact.title if fact is not None else name,
                "value": value,
                "shown": shown(value, fact.kind, fact.codes) if fact is not None else str(value),
                **_said(rows.get((key, name))),
            }
        )
    return told


def _said(row: CaseFact | None) -> dict[str, Any]:
    if row is None:
        return {"basis": REGISTER, "source": "人口登记", "on": None, "reason": ""}
    best = best_of(row)
    basis = row.basis or (best.basis if best is not None else "")
    source, day = {
        "checked": (row.checked_source, row.checked_on),
        "seen": (str(row.seen_by or ""), row.seen_on),
    }.get(basis, ("", None))
    return {
        "basis": basis,
        "source": source,
        "on": day.isoformat() if day is not None else None,
        "reason": row.reason,
    }
