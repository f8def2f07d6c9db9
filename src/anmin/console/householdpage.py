"""What the household page shows: benefits granted and refused, the value being explained, members in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.console.shortfalls import shortfall
from anmin.console.templatetags.anmin_words import yuan
from anmin.console.why import Why
from anmin.console.words import term_of
from anmin.kernel.screening.rulebooks import LAYER, MEASURE
from anmin.policy.benefits import Benefit
from anmin.policy.codes import DisabilityKind, Relation, Sex
from anmin.policy.evaluate import Outcome
from anmin.policy.rules import Level
from anmin.policy.types import Kind
from anmin.policy.vocabulary import full_years


@dataclass(frozen=True)
class Asked:
    """A value whose why can be opened: a benefit for the household or one member, the layer, the total.

    `name` and `member` say which value is explained; `fen` is the amount where there is one.
    """

    name: str
    member: int | None
    title: str
    who: str
    granted: bool
    fen: int | None
    unit: str
    rank: int
    is_monthly: bool = False

    @property
    def key(self) -> str:
        """How the address names it."""
        return self.name if self.member is None else f"{self.name}@{self.member + 1}"


def people_of(outcome: Outcome) -> list[str]:
    """How each member is called on the page: relation and place in the household, never an identifier."""
    return [
        f"{term_of(Relation(row.get('relation', Relation.OTHER)))}"
        if row.get("relation") == Relation.HEAD
        else _("%(relation)s（第 %(n)d 人）")
        % {"relation": term_of(Relation(row.get("relation", Relation.OTHER))), "n": position + 1}
        for position, row in enumerate(outcome.members)
    ]


def members_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Members in words: sex, age on the day, and circumstances that matter for help."""
    return [
        {"name": name, "words": _person(row, outcome.plan.day), "tags": _circumstances(row)}
        for name, row in zip(people_of(outcome), outcome.members, strict=True)
    ]


def _person(row: Mapping[str, int], day: int) -> str:
    age = full_years(row["birth_day"], day) if row.get("birth_day") else None
    sex = term_of(Sex(row["sex"])) if row.get("sex") in (Sex.MALE, Sex.FEMALE) else ""
    years = "" if age is None else ngettext("%(n)d 岁", "%(n)d 岁", age) % {"n": age}
    return " · ".join(filter(None, [sex, years]))


def _circumstances(row: Mapping[str, int]) -> list[str]:
    tags = []
    if row.get("disability"):
        level = row.get("disability_level", 0)
        kind = term_of(DisabilityKind(row["disability"]))
        tags.append(_("%(kind)s残疾%(level)d级") % {"kind": kind, "level": level} if level else kind)
    if row.get("has_major_illness"):
        tags.append(_("重病"))
    if row.get("receives_dibao"):
        tags.append(_("正在享受低保"))
    if row.get("receives_tekun"):
        tags.append(_("正在享受特困供养"))
    return tags


def asked_of(outcome: Outcome) -> list[Asked]:
    """Everything on the page whose why can be opened, strongest layer first."""
    people = people_of(outcome)
    reached = {rule.name: rule for rule in outcome.plan.rules}
    rows = []
    for benefit in outcome.plan.rulebook.benefits.values():
        if benefit.eligible not in reached:
            continue
        if reached[benefit.eligible].level is Level.HOUSEHOLD:
            rows.append(_asked(benefit, outcome.values, None, "", set(reached)))
        else:
            rows += [
                _asked(benefit, values, position, people[position], set(reached))
                for position, values in enumerate(outcome.members)
            ]
    return sorted(rows, key=lambda row: (row.rank, row.member or 0))


def overall(outcome: Outcome) -> list[Asked]:
    """The household's total and its layer, which are explained like any other value."""
    reached = {rule.name: rule for rule in outcome.plan.rules}
    rows = []
    if MEASURE in reached:
        fen = outcome.values[MEASURE]
        rows.append(Asked(MEASURE, None, term_of(reached[MEASURE]), "", True, fen, _("元/月"), 0))
    if LAYER in reached:
        rows.append(Asked(LAYER, None, term_of(reached[LAYER]), "", True, None, "", 0))
    return rows


def total_of(rows: list[Asked]) -> int:
    """What the household receives every month by all benefits together, in fen."""
    return sum(row.fen or 0 for row in rows if row.granted and row.is_monthly)


def chosen_of(rows: list[Asked], more: list[Asked], key: str) -> Asked | None:
    """The value named in the address; else the strongest benefit granted, else a refusal, the household's own first.

    `more` are the total and the layer, which are explained only when asked for.
    """
    named = next((row for row in [*rows, *more] if row.key == key), None)
    granted = next((row for row in rows if row.granted), None)
    own = next((row for row in rows if row.member is None), None)
    return named or granted or own or next(iter([*rows, *more]), None)


def shortfalls_of(outcome: Outcome, why: Why) -> list[str]:
    """For each reason of a refusal that is a comparison: the value, the limit and the difference in one sentence."""
    titles = {**outcome.plan.rulebook.facts, **{rule.name: rule for rule in outcome.plan.rules}}
    sentences = []
    for row in why.reasons:
        found = shortfall(outcome.finding(row.line.name, row.line.member))
        if found is None:
            continue
        show = _yuan_words if found.is_money else str
        template = _("%(what)s是 %(value)s，应低于 %(limit)s，高出 %(difference)s")
        if not found.must_be_less:
            template = _("%(what)s是 %(value)s，应高于 %(limit)s，还差 %(difference)s")
        sentences.append(
            template
            % {
                "what": term_of(titles.get(found.name, found.name)),
                "value": show(found.value),
                "limit": show(found.limit),
                "difference": show(found.difference),
            }
        )
    return sentences


def sentence_of(asked: Asked, why: Why) -> str:
    """The answer in one sentence, with its number."""
    explanation = why.explanation
    if asked.fen is not None and asked.granted:
        return _("%(title)s：%(amount)s %(unit)s") % {
            "title": asked.title,
            "amount": yuan(asked.fen),
            "unit": asked.unit,
        }
    if asked.granted:
        return f"{asked.title}：{explanation.shown if why.target.result_kind != 'yes' else _('符合')}"
    return _("%(title)s：不符合条件") % {"title": asked.title}


def address(**chosen: object) -> str:
    """A query string of what is chosen; empty values are left out."""
    given = {key: value for key, value in chosen.items() if value not in (None, "")}
    return f"?{urlencode(given)}" if given else "?"


def stored_shown(outcome: Outcome, name: str, value: int) -> str:
    """A stored value as a person reads it."""
    rule = next((rule for rule in outcome.plan.rules if rule.name == name.split("[")[0]), None)
    return yuan(value) if rule is not None and rule.kind is Kind.FEN else str(value)


def _yuan_words(fen: int) -> str:
    return _("%(amount)s 元") % {"amount": yuan(fen)}


def _asked(
    benefit: Benefit, values: Mapping[str, int], member: int | None, who: str, reached: set[str]
) -> Asked:
    granted = bool(values[benefit.eligible])
    amount = benefit.amount if benefit.amount in reached else None
    paid = amount is not None and amount in values
    fen = values[amount] if granted and paid and amount is not None else None
    name = amount if granted and paid and amount is not None else benefit.eligible
    monthly = benefit.period == "month"
    return Asked(name, member, term_of(benefit), who, granted, fen, _unit(benefit), benefit.rank, monthly)


def _unit(benefit: Benefit) -> str:
    return {
        "month": _("元/月"),
        "quarter": _("元/季"),
        "year": _("元/年"),
        "once": _("元（一次）"),
    }[benefit.period]
