"""What a decision rests on (决定依据): facts, rates and findings frozen as canonical JSON, and the same replayed.

Names of people are not among them: members stand by their place and their key in the register.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.entitlements.models import Decision
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.citywide import fingerprint
from anmin.policy.evaluate import Household, Outcome, evaluate
from anmin.policy.plan import make_plan


@dataclass(frozen=True)
class Grounds:
    """The frozen grounds of a decision; `seal` is the hash over all of them."""

    facts: dict[str, Any]
    rates: dict[str, Any]
    findings: list[dict[str, Any]]
    rules: str
    seal: str


def canonical(value: Any) -> bytes:
    """The one way in which grounds are written down."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def ground(outcome: Outcome, persons: Sequence[int] = ()) -> Grounds:
    """Freeze what an outcome, evaluated with findings, rests on. `persons` are register keys by position."""
    household = outcome.household
    facts = {
        "day": outcome.plan.on.isoformat(),
        "outputs": list(outcome.plan.outputs),
        "household": household.key,
        "division": household.division,
        "settlement": household.settlement,
        "facts": {name: int(value) for name, value in household.facts.items()},
        "members": [{name: int(value) for name, value in row.items()} for row in household.members],
        "persons": list(persons),
    }
    rates = {
        name: {
            "value": _plain(entry.value(household.settlement)),
            "division": entry.division,
            "since": entry.first_day.isoformat(),
            "law": entry.law,
            "source": entry.source,
            "verified": entry.verified,
        }
        for name, entry in outcome.rates.items()
    }
    findings = [
        {
            "rule": row.rule.name,
            "member": row.member,
            "law": row.rule.law,
            "inputs": {name: _plain(value) for name, value in row.inputs.items()},
            "result": row.result,
        }
        for row in outcome.findings
    ]
    rules = fingerprint(outcome.plan, place=household.division)
    seal = hashlib.sha256(canonical([facts, rates, findings, rules])).hexdigest()
    return Grounds(facts, rates, findings, rules, seal)


NO_GROUNDS = Grounds({}, {}, [], "none", hashlib.sha256(canonical([{}, {}, [], "none"])).hexdigest())
"""Of decisions that no rule calculates, such as a termination."""


@dataclass(frozen=True)
class Replay:
    """A decision calculated again. `differences` name what no longer comes out as it was frozen."""

    outcome: Outcome | None
    differences: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether every byte came out again."""
        return not self.differences


def outcome_of(decision: Decision) -> Outcome | None:
    """The calculation a decision rests on, made again from its frozen facts; None where it rests on none.

    Standards that were confirmed after it was decided have no part in it, whatever day they reach back to.
    """
    if not decision.facts:
        return None
    facts = decision.facts
    plan = make_plan(rulebook(decision.decided_at), date.fromisoformat(facts["day"]), facts["outputs"])
    return evaluate(plan, household_of(decision))


def place_of(decision: Decision) -> int:
    """Where the person of a decision stands among the members whose facts were frozen; the first place for a household's."""
    persons = list(decision.facts.get("persons", ()))
    return persons.index(decision.person_id) if decision.person_id in persons else 0


def household_of(decision: Decision) -> Household:
    """The household as the decision saw it: its facts and its members', by place and settlement."""
    facts = decision.facts
    return Household(
        facts["household"],
        facts["division"],
        facts["settlement"],
        facts["facts"],
        facts["members"],
        [""] * len(facts["members"]),
    )


def replay(decision: Decision) -> Replay:
    """Calculate a decision again and compare byte by byte (决定重放)."""
    stored = Grounds(decision.facts, decision.rates, decision.findings, decision.rules, decision.grounds)
    outcome = outcome_of(decision)
    again = NO_GROUNDS if outcome is None else ground(outcome, decision.facts.get("persons", ()))
    found = [
        name
        for name in ("facts", "rates", "findings", "rules", "seal")
        if canonical(getattr(stored, name)) != canonical(getattr(again, name))
    ]
    return Replay(outcome, tuple(found))


def _plain(value: Any) -> Any:
    """Integers and codes as integers, tables and members as lists."""
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool) or not isinstance(value, int) else int(value)
