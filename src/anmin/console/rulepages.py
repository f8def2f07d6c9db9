"""What the rule pages show: the catalogue by benefit, one rule with its neighbours, one rate through time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from anmin.console.charts.steps import Series, Step, step_chart
from anmin.console.charts.svg import Svg
from anmin.policy.benefits import Benefit
from anmin.policy.examples import Example, shown
from anmin.policy.facts import Fact
from anmin.policy.rates import Rate, RateEntry
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Rule
from anmin.policy.types import Kind

WIDE, NARROW = 720, 350
DRAWN = (Kind.FEN, Kind.BP, Kind.INT)


@dataclass(frozen=True)
class RuleGroup:
    """The rules of one benefit folder, or the shared rules of a domain (`benefit` None)."""

    domain: str
    benefit: Benefit | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class RateRow:
    """One entry of a rate as it is written on a page."""

    entry: RateEntry
    urban: str
    rural: str
    differs: bool
    in_force: bool


@dataclass(frozen=True)
class RateView:
    """A rate in one division: its entries, newest first, and its chart in two widths."""

    rate: Rate
    rows: tuple[RateRow, ...]
    differs: bool
    wide: Svg
    narrow: Svg

    @property
    def current(self) -> RateRow | None:
        """The entry in force on the day of the page."""
        return next((row for row in self.rows if row.in_force), None)


@dataclass(frozen=True)
class RuleView:
    """A rule on a day: its version in force (or the latest), all versions, what it reads and who reads it."""

    rule: Rule
    in_force: bool
    versions: tuple[Rule, ...]
    facts: tuple[Fact, ...]
    rules: tuple[Rule, ...]
    rates: tuple[RateView, ...]
    readers: tuple[Rule, ...]
    benefit: Benefit | None


def rule_groups(rulebook: Rulebook, on: date) -> list[RuleGroup]:
    """All rules in force on a day: benefits by rank first, then the shared rules of each domain."""
    groups: dict[tuple[str, str], list[Rule]] = {}
    for name in rulebook.versions:
        rule = rulebook.version(name, on)
        if rule is not None:
            groups.setdefault(_folder(rule), []).append(rule)
    result = [
        RuleGroup(domain, rulebook.benefits.get(f"{domain}/{folder}") if folder else None, tuple(rules))
        for (domain, folder), rules in groups.items()
    ]
    return sorted(
        result,
        key=lambda g: (g.benefit is None, g.benefit.rank if g.benefit else 0, g.domain, g.rules[0].name),
    )


def rule_view(
    rulebook: Rulebook, name: str, on: date, division: str, label: Callable[[Rate], str]
) -> RuleView:
    """Everything the page of a rule shows. `label` gives the spoken name of a rate's chart.

    Raises:
        KeyError: for a rule that does not exist.
    """
    versions = rulebook.versions[name]
    current = rulebook.version(name, on)
    rule = current or versions[-1]
    names = [parameter.name for parameter in rule.parameters]
    return RuleView(
        rule=rule,
        in_force=current is not None,
        versions=tuple(reversed(versions)),
        facts=tuple(rulebook.facts[one] for one in names if one in rulebook.facts),
        rules=tuple(_rule(rulebook, one, on) for one in names if one in rulebook.versions),
        rates=tuple(
            rate_view(rulebook, one, on, division, label) for one in names if one in rulebook.rates.rates
        ),
        readers=tuple(readers(rulebook, name, on)),
        benefit=rulebook.benefits.get("/".join(_folder(rule))),
    )


def readers(rulebook: Rulebook, name: str, on: date) -> list[Rule]:
    """The rules in force on a day that take a name as an argument."""
    rules = [rulebook.version(one, on) for one in rulebook.versions]
    return [rule for rule in rules if rule and any(row.name == name for row in rule.parameters)]


def rate_view(
    rulebook: Rulebook, name: str, on: date, division: str, label: Callable[[Rate], str]
) -> RateView:
    """A rate through time in a division.

    Raises:
        KeyError: for a rate that does not exist.
    """
    rate = rulebook.rates.rates[name]
    entries = rulebook.rates.history(name, division)
    rows = tuple(
        RateRow(
            entry,
            rate_shown(rate, entry.urban),
            rate_shown(rate, entry.rural),
            entry.urban != entry.rural,
            entry.holds(on),
        )
        for entry in reversed(entries)
    )
    differs = any(row.differs for row in rows)
    wide, narrow = (_chart(rate, entries, differs, on, label(rate), width) for width in (WIDE, NARROW))
    return RateView(rate, rows, differs, wide, narrow)


def rate_shown(rate: Rate, value: object) -> str:
    """A value of a rate as a person writes it."""
    if rate.kind is Kind.TABLE and isinstance(value, tuple):
        return "；".join(f"{key}：{shown(amount, rate.of)}" for key, amount in value)
    return shown(value, rate.kind, rate.codes) if isinstance(value, int) else str(value)


def examples_of(examples: Sequence[Example], name: str) -> list[Example]:
    """The worked examples that state a value of this rule."""
    return [
        row
        for row in examples
        if name in row.then or any(name in (member or {}) for member in row.then.get("members") or ())
    ]


def _chart(rate: Rate, entries: Sequence[RateEntry], differs: bool, on: date, label: str, width: int) -> Svg:
    if rate.kind not in DRAWN or len(entries) < 2 or not any(row.urban or row.rural for row in entries):
        return Svg("")
    sides = [("urban", 0), ("rural", 1)] if differs else [("urban", 0)]
    series = [
        Series(
            side,
            [Step(row.first_day, row.last_day, int(str(row.value(number))), row.verified) for row in entries],
        )
        for side, number in sides
    ]
    return step_chart(
        series,
        until=max(on, *(row.last_day or on for row in entries)),
        label=label,
        shown=lambda value: _axis(rate, value),
        width=width,
        on=on,
    )


def _axis(rate: Rate, value: int) -> str:
    text = shown(value, rate.kind, rate.codes)
    return text.removesuffix(".00")


def _rule(rulebook: Rulebook, name: str, on: date) -> Rule:
    return rulebook.version(name, on) or rulebook.versions[name][-1]


def _folder(rule: Rule) -> tuple[str, str]:
    """The domain of a rule and its benefit folder; no folder for shared rules."""
    parts = rule.where.split(".")
    if "benefits" in parts:
        at = parts.index("benefits")
        return parts[at - 1], parts[at + 1]
    return (parts[parts.index("rules") - 1] if "rules" in parts else parts[0]), ""


def found_in(groups: Sequence[RuleGroup], search: str) -> list[RuleGroup]:
    """The groups with only those rules whose name, title, English or law holds the words."""
    wanted = search.casefold()
    kept = [
        replace(
            group,
            rules=tuple(
                rule
                for rule in group.rules
                if wanted in f"{rule.name}\n{rule.title}\n{rule.english}\n{rule.law}".casefold()
            ),
        )
        for group in groups
    ]
    return [group for group in kept if group.rules]
