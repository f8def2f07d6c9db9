"""The sentence with numbers that a decision against a family begins with (第一句话): what was found, against what.

The words stand beside the rules they belong to, in `refusals/` of a line of business: for each rule a list of `when`
(an expression over what the rule read) and `say` (the sentence, with amounts through `|money`) or `because` (the condition
behind it whose words are told). `{{ who }}` is the person concerned: 您, or the name of the member applied for. Where nobody
wrote words for a rule, its own figures are told by their titles.
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

YOU = "您"
INCOME, MEMBERS = "counted_income_year", "members"
MOST_FIGURES = 3


def words_of_rules() -> dict[str, list[Mapping[str, str]]]:
    """What every line of business says of a rule that does not hold, by the rule's name."""
    return words_in("refusals")


@lru_cache(maxsize=2)
def words_in(folder: str) -> dict[str, list[Mapping[str, str]]]:
    """What every line of business says of its rules in one of its folders, by the rule's name."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for path in files_of_lines(f"*/{folder}/*.yaml"):
        for name, rows in yaml.safe_load(path.read_text("utf-8")).items():
            if name in found:
                raise ValueError(f"{path}：规则“{name}”的说明写了两次")
            found[name] = rows
    return found


def words_that_hold(
    rows: Iterable[Mapping[str, str]], values: Mapping[str, Any], where: str
) -> Mapping[str, str] | None:
    """The first of some words whose `when` holds."""
    return next((row for row in rows if value_of(row["when"], values, where)), None)


def not_eligible(
    benefits: Iterable[str], result: Result, applicant: int, names: Mapping[int, str] | None = None
) -> tuple[str, str]:
    """The sentence and the article, for the first of some benefits that the facts do not give.

    `applicant` is the register key of whoever is written to: `您`. A condition of single persons is told of those whom it
    concerns, others by their `names`; where several fail by different things, each has a sentence.
    """
    told: dict[str, tuple[str, list[str]]] = {}
    keys = list(benefits)
    for person in result.concerned or (applicant,):
        who = YOU if person == applicant else (names or {}).get(person, YOU)
        text, law = _told_of(keys, result, person, who)
        told.setdefault(text, (law, []))[1].append(who)
    laws = [law for law, _who in told.values()]
    if len(told) == 1:
        return next(iter(told)), laws[0]
    words = "".join(
        text if who[0] in text else f"{'、'.join(who)}：{text}" for text, (_law, who) in told.items()
    )
    return words, laws[0]


def _told_of(benefits: Iterable[str], result: Result, person: int, who: str) -> tuple[str, str]:
    told, text = condition_that_fails(benefits, result, person, who)
    return text, told.rule.law if told is not None else ""


def condition_that_fails(
    benefits: Iterable[str], result: Result, person: int, who: str
) -> tuple[Finding | None, str]:
    """The judgment by which the first of some benefits is not given to a person, and its words with the figures."""
    place = result.persons.index(person) if person in result.persons else 0
    tested = {row.rule.name: row for row in result.outcome.findings if row.member in (None, place)}
    for key in benefits:
        benefit = rulebook().benefits.get(key)
        found = tested.get(benefit.eligible) if benefit is not None else None
        if found is not None and not found.result:
            return _told(found, tested, result, who)
    return None, f"经核实，{who}不符合这项待遇的条件。"


def _told(found: Finding, tested: Mapping[str, Finding], result: Result, who: str) -> tuple[Finding, str]:
    """The judgment that decided, and its words: the rule's own, or of the condition they point to, else its figures."""
    if found.rule.name not in words_of_rules():
        behind = next(
            (tested[name] for name in found.inputs if name in tested and _fails(tested[name])), None
        )
        if behind is not None:
            return _told(behind, tested, result, who)
        return found, _figures(found, result)
    values, where = _values(found) | {"who": who}, f"refusals “{found.rule.name}”"
    row = words_that_hold(words_of_rules()[found.rule.name], values, where)
    if row is None:
        return found, _figures(found, result)
    if "because" in row:
        return _told(tested[row["because"]], tested, result, who)
    return found, filled(row["say"], values, where)


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
