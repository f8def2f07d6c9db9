"""How an amount came about, in plain words (金额怎么来的): sentences beside the rules they belong to, in `amounts/` of a line.

They are written as those of `refusals/`: for the rule of an amount a list of `when` and `say`. `{{ result }}` is the amount in
fen and `{{ who }}` the person it is for. Where nobody wrote words, whoever shows the amount has its formula.
"""

from __future__ import annotations

from collections.abc import Mapping

from anmin.kernel.cases.deciding.sentences import YOU, words_in, words_that_hold
from anmin.kernel.entitlements.grounds import outcome_of, place_of
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.papers.words import filled
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.evaluate import Outcome


def words_of_amounts() -> dict[str, list[Mapping[str, str]]]:
    """What every line of business says of an amount, by the name of its rule."""
    return words_in("amounts")


def amount_in_words(decision: Decision, who: str = YOU) -> list[str]:
    """The sentences on a decided amount, from the facts that were frozen with it; none where no rule or no words are."""
    outcome = outcome_of(decision) if decision.benefit in rulebook().benefits else None
    if outcome is None:
        return []
    return amount_of_outcome(decision.benefit, outcome, place_of(decision), who)


def amount_of_outcome(benefit: str, outcome: Outcome, place: int, who: str = YOU) -> list[str]:
    """The sentences on the amount of a benefit in a calculation, for the household or the member in a place of it."""
    name = rulebook().benefits[benefit].amount
    found = next(
        (row for row in outcome.findings if row.rule.name == name and row.member in (None, place)), None
    )
    if found is None or name not in words_of_amounts():
        return []
    values, where = dict(found.inputs) | {"result": found.result, "who": who}, f"amounts “{name}”"
    row = words_that_hold(words_of_amounts()[name], values, where)
    sentences = filled(row["say"], values, where).split("。") if row is not None else []
    return [f"{one}。" for one in sentences if one.strip()]
