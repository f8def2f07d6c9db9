"""The sentence with numbers that a decision against a family begins with (第一句话): what was found, against what.

The words stand beside the rules they belong to, in `refusals/` of a line of business: for each rule a list of `when`
(an expression over what the rule read) and `say` (the sentence, with amounts through `|money`) or `because` (the condition
behind it whose words are told). Where nobody wrote words for a rule, its own figures are told by their titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import yaml

from anmin.kernel.cases.verification.queries import Result
from anmin.kernel.papers.words import filled, value_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.lines import files_of_lines
from anmin.policy.evaluate import Finding
from anmin.policy.explain import Line
from anmin.policy.types import Kind
from anmin.policy.vocabulary import MONTHS

INCOME, MEMBERS = "counted_income_year", "members"
MOST_FIGURES = 3


@lru_cache(maxsize=1)
def words_of_rules() -> dict[str, list[Mapping[str, str]]]:
    """What every line of business says of a rule that does not hold, by the rule's name."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for path in files_of_lines("*/refusals/*.yaml"):
        for name, rows in yaml.safe_load(path.read_text("utf-8")).items():
            if name in found:
                raise ValueError(f"{path}：规则“{name}”的说明写了两次")
            found[name] = rows
    return found


def not_eligible(benefits: Iterable[str], result: Result, applicant: int) -> tuple[str, str]:
    """The sentence and the article, for the first of some benefits that the facts do not give.

    `applicant` is the register key of the person whom person-level conditions are about.
    """
    place = result.persons.index(applicant) if applicant in result.persons else 0
    tested = {row.rule.name: row for row in result.outcome.findings if row.member in (None, place)}
    for key in benefits:
        benefit = rulebook().benefits.get(key)
        found = tested.get(benefit.eligible) if benefit is not None else None
        if found is not None and not found.result:
            told, text = _told(found, tested, result)
            return text, told.rule.law
    return "经核实，您不符合这项待遇的条件。", ""


def _told(found: Finding, tested: Mapping[str, Finding], result: Result) -> tuple[Finding, str]:
    """The judgment that decided, and its words: the rule's own, or of the condition they point to, else its figures."""
    if found.rule.name not in words_of_rules():
        behind = next(
            (tested[name] for name in found.inputs if name in tested and _fails(tested[name])), None
        )
        return _told(behind, tested, result) if behind is not None else (found, _figures(found, result))
    values, where = _values(found), f"refusals “{found.rule.name}”"
    for row in words_of_rules()[found.rule.name]:
        if value_of(row["when"], values, where):
            if "because" in row:
                return _told(tested[row["because"]], tested, result)
            return found, filled(row["say"], values, where)
    return found, _figures(found, result)


def _fails(row: Finding) -> bool:
    return row.rule.kind is Kind.BOOL and not row.result


def _values(found: Finding) -> dict[str, Any]:
    """What the rule read, and income per head, rounded up so that it never looks lower than it is."""
    values = dict(found.inputs)
    if values.get(MEMBERS) and INCOME in values:
        income, members = int(values[INCOME]), int(values[MEMBERS])
        values["income_each"] = -(-income // (MONTHS * members))
        values["income_head_year"] = -(-income // members)
    return values


def _figures(found: Finding, result: Result) -> str:
    """The figures of a judgment by their titles, where no words were written for it."""
    line = _line(result, found)
    figures = [
        f"{row.title}：{row.shown}。"
        for row in line.operands
        if any(letter.isdigit() for letter in row.shown)
    ]
    return f"“{line.title}”这一条不符合。{''.join(figures[:MOST_FIGURES])}"


def _line(result: Result, row: Finding) -> Line:
    member = None if row.member is None else result.persons[row.member]
    lines = result.why(row.rule.name, member).lines
    return next(one for one in lines if one.name == row.rule.name and one.member == row.member)
