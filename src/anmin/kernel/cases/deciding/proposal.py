"""What the rules propose, whether that is shown in public, and the first sentence of a refusal (测算意见)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.publicity.allowlist import is_due
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.queries import Claim, Result, result_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import Layer
from anmin.policy.evaluate import Finding
from anmin.policy.explain import Line
from anmin.policy.types import Kind

APPEAL = (
    "您如不服本决定，可以自收到之日起 60 日内向本级人民政府申请行政复议，或在六个月内向人民法院提起行政诉讼。"
)
"""How and where to appeal: 行政复议法 §20, 行政诉讼法 §46."""


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
    """The sentence with numbers that a refusal begins with: what was found, against what, by which article.

    It is the first condition of the matter's first benefit that does not hold, as the rule itself puts it.
    """
    place = _place(case, result)
    tested = {row.rule.name: row for row in result.outcome.findings if row.member in (None, place)}
    for key in procedure_of(case).benefits:
        benefit = rulebook().benefits.get(key)
        found = tested.get(benefit.eligible) if benefit is not None else None
        if found is None or found.result:
            continue
        failing = [tested[name] for name in found.inputs if name in tested and _fails(tested[name])]
        told = failing[0] if failing else found
        line = _line(result, told)
        return f"不符合“{line.title}”。应当是：{line.text}（{line.law}）"
    return "经核实，不符合本事项规定的条件"


def _fails(row: Finding) -> bool:
    return row.rule.kind is Kind.BOOL and not row.result


def _place(case: Case, result: Result) -> int:
    return result.persons.index(case.applicant_id) if case.applicant_id in result.persons else 0


def _line(result: Result, row: Finding) -> Line:
    member = None if row.member is None else result.persons[row.member]
    lines = result.why(row.rule.name, member).lines
    return next(one for one in lines if one.name == row.rule.name and one.member == row.member)


def refusal_text(case: Case, result: Result, reason: str) -> str:
    """The whole text of a refusal: the sentence with numbers, the reason in own words, how and where to appeal."""
    parts: Iterable[str] = (refusal_sentence(case, result), reason.strip(), APPEAL)
    return "\n".join(part for part in parts if part)


def layer_of(result: Result) -> int | None:
    """The layer's code for the decision."""
    return None if result.layer in (None, Layer.NONE) else int(result.layer)
