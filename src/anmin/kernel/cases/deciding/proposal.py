"""What the rules propose, whether that is shown in public, and the first sentence of a refusal (测算意见)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.cases.deciding.against import text_against
from anmin.kernel.cases.deciding.sentences import not_eligible
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.publicity.allowlist import is_due
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.queries import Claim, Result, benefits_of, result_of
from anmin.policy.codes import Layer


@dataclass(frozen=True)
class Proposal:
    """What an opinion proposes. `publicity` is `due` or `not_due`; `shown_amount` fen a month as a sheet shows it.

    `shown_member` is the one person to whom everything shown belongs, None where it is the family's.
    """

    result: Result
    claims: tuple[Claim, ...]
    publicity: str
    shown_amount: int
    shown_member: int | None
    law: str

    @property
    def is_grant(self) -> bool:
        """Whether anything is proposed at all."""
        return bool(self.claims)

    def as_details(self) -> dict[str, Any]:
        """What the step keeps of it: keys and numbers, no names."""
        return {
            "publicity": self.publicity,
            "shown_amount": self.shown_amount,
            "shown_member": self.shown_member,
            "layer": int(self.result.layer) if self.result.layer is not None else None,
            "claims": [[one.benefit.key, one.member, one.fen] for one in self.claims],
        }


def proposal_of(case: Case, *, on: date) -> Proposal:
    """What the rules propose by the facts that count (测算).

    Raises:
        PolicyError: `rate_missing` or `fact_missing`: the opinion waits until somebody supplies it.
    """
    result = result_of(case, on=on)
    procedure = procedure_of(case)
    claims = granted(result, procedure)
    shown = [one for one in claims if is_due(one.benefit, procedure.publicity)]
    return Proposal(
        result,
        claims,
        "due" if shown else "not_due",
        sum(one.fen for one in shown if one.benefit.period == "month"),
        _only_member(shown),
        procedure.law,
    )


def granted(result: Result, procedure: Procedure) -> tuple[Claim, ...]:
    """The claims that one application grants: layers exclude one another, the strongest wins (就高不重复).

    Where the facts give nothing but what the matter transfers to (`terms.transfers_to`), the case is carried over; beside
    a grant of its own, as of single-person dibao in an EDGE family, the recognition is part of the same decision.
    """
    elsewhere = {row["benefit"] for row in procedure.terms.get("transfers_to", ())}
    return () if all(one.benefit.key in elsewhere for one in result.claims) else result.claims


def _only_member(shown: Sequence[Claim]) -> int | None:
    members = {one.member for one in shown}
    return members.pop() if len(members) == 1 else None


def next_layer(result: Result, procedure: Procedure) -> str | None:
    """The matter that a refused file may go on to: the first one whose benefit the facts give (转其他类别)."""
    found = {one.benefit.key for one in result.claims}
    for row in procedure.terms.get("transfers_to", ()):
        if row["benefit"] in found:
            return str(row["matter"])
    return None


def refusal_sentence(case: Case, result: Result) -> str:
    """The sentence with numbers that a refusal begins with: what was found, against what (拒绝的第一句话)."""
    return not_eligible(benefits_of(case), result, case.applicant_id, names_in(case))[0]


def refusal_text(case: Case, result: Result, reason: str, on: date) -> str:
    """The whole text of a refusal: sentence, article, reason in own words, how and where and until when to appeal."""
    sentence, law = not_eligible(benefits_of(case), result, case.applicant_id, names_in(case))
    return text_against(case, sentence, law=law or procedure_of(case).law, reason=reason, on=on)


def names_in(case: Case) -> dict[int, str]:
    """The names of the members by register key, for sentences to the family itself."""
    return {row.person_id: row.person.name for row in case.members.select_related("person")}


def layer_of(result: Result) -> int | None:
    """The layer's code for the decision."""
    return None if result.layer in (None, Layer.NONE) else int(result.layer)
