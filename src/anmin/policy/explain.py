"""Why: everything behind one value, in order, with its law, its day and where each number came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import IntEnum
from typing import Any, Literal

from anmin.policy.evaluate import Finding, Outcome
from anmin.policy.examples import shown
from anmin.policy.formulas import Formula, formula, titled
from anmin.policy.phrases import CHINESE, Words
from anmin.policy.plan import ON
from anmin.policy.rules import Level
from anmin.policy.types import UNKNOWN, Kind
from anmin.policy.vocabulary import MONTHS

Origin = Literal["fact", "rate", "rule", "day"]


@dataclass(frozen=True)
class Operand:
    """One number that a line used, and where it came from.

    `source` names the department for a fact and the notice for a rate; `since` is the first day of a rate;
    `verified` False asks for the mark 待核实. `member` is the position of the person it belongs to.
    """

    name: str
    title: str
    origin: Origin
    shown: str
    value: Any
    member: int | None = None
    source: str = ""
    law: str = ""
    since: date | None = None
    division: str = ""
    verified: bool = True
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One judgment of the why page."""

    name: str
    title: str
    member: int | None
    shown: str
    value: int
    law: str
    since: date
    text: str
    conditions: tuple[tuple[str, bool], ...]
    operands: tuple[Operand, ...]
    where: str


@dataclass(frozen=True)
class Explanation:
    """The answer, every line it rests on in order of calculation, and the facts that played no part."""

    key: str
    name: str
    title: str
    shown: str
    value: int
    day: date
    division: str
    settlement: int
    lines: tuple[Line, ...]
    unused: tuple[Operand, ...]

    @property
    def unverified(self) -> tuple[Operand, ...]:
        """The rates behind this answer that nobody has verified yet, each once."""
        seen = {row.name: row for line in self.lines for row in line.operands if not row.verified}
        return tuple(seen.values())

    def as_json(self) -> dict[str, Any]:
        """The same content as plain values for JSON; days as ISO text."""
        return _plain(asdict(self))


def explain(outcome: Outcome, name: str, member: int | None = None, words: Words = CHINESE) -> Explanation:
    """Explain one value of an outcome that was evaluated with findings.

    Raises:
        KeyError: when the value is not part of the outcome.
    """
    writer = _Explainer(outcome, words)
    target = outcome.finding(name, member)
    needed = writer.reach(target)
    lines = tuple(writer.line(row) for row in outcome.findings if (row.rule.name, row.member) in needed)
    household = outcome.household
    return Explanation(
        key=household.key,
        name=name,
        title=writer.title(name),
        shown=writer.render(name, target.result),
        value=target.result,
        day=outcome.plan.on,
        division=household.division,
        settlement=household.settlement,
        lines=lines,
        unused=writer.unused(),
    )


class _Explainer:
    def __init__(self, outcome: Outcome, words: Words) -> None:
        self.outcome, self.words = outcome, words
        self.plan = outcome.plan
        self.book = self.plan.rulebook
        self.findings = {(row.rule.name, row.member): row for row in outcome.findings}
        self.used: set[tuple[str, int | None]] = set()
        self.titles: dict[str, str] = {}
        self.personal: dict[str, bool] = {}
        self.kinds: dict[str, tuple[Kind, type[IntEnum] | None]] = {}
        shown_singly = titled(_Titles(self), self.render)

        def show(name: str, value: Any) -> str:
            if name in self.book.facts and self.book.facts[name].monthly:
                return f"{self.title(name)}〔{self.render(name, value)}〕"
            return shown_singly(name, value)

        self.show = show

    def title(self, name: str) -> str:
        """The title of a name, looked up once."""
        if name not in self.titles:
            self.titles[name] = self._title(name)
        return self.titles[name]

    def _title(self, name: str) -> str:
        english = self.words.language == "en"
        if name == ON:
            return "day" if english else "计算日"
        if name in self.book.facts:
            return self.book.facts[name].english if english else self.book.facts[name].title
        if name in self.book.rates.rates:
            return self.book.rates.rates[name].english if english else self.book.rates.rates[name].title
        rule = self.book.version(name, self.plan.on)
        return (rule.english if english else rule.title) if rule else name

    def render(self, name: str, value: Any) -> str:
        kind, codes = self._kind(name)
        if name in self.book.facts and self.book.facts[name].monthly:
            return self._months(value, kind)
        if kind is Kind.TABLE:
            of = self.book.rates.rates[name].of
            return "；".join(f"{key}: {shown(amount, of)}" for key, amount in value)
        if kind is Kind.BOOL:
            return self.words.yes if value else self.words.no
        return shown(value, kind, codes)

    def _months(self, values: Any, kind: Kind) -> str:
        """The months with something, and those that nobody told about, the newest first."""
        last = self.plan.on.year * MONTHS + self.plan.on.month - 1
        words = []
        for back, value in enumerate(reversed(values)):
            if value != 0:
                month = last - back
                text = self.words.untold if value == UNKNOWN else shown(value, kind)
                words.append(self.words.month.format(month % MONTHS + 1, month // MONTHS, text))
        return "；".join(words) or self.words.nothing

    def _kind(self, name: str) -> tuple[Kind, type[IntEnum] | None]:
        if name not in self.kinds:
            self.kinds[name] = self._found_kind(name)
        return self.kinds[name]

    def _found_kind(self, name: str) -> tuple[Kind, type[IntEnum] | None]:
        if name == ON:
            return Kind.DAY, None
        if name in self.book.facts:
            return self.book.facts[name].kind, self.book.facts[name].codes
        if name in self.book.rates.rates:
            return self.book.rates.rates[name].kind, self.book.rates.rates[name].codes
        rule = self.book.versions[name][0]
        return rule.kind, rule.codes

    def reach(self, target: Finding) -> set[tuple[str, int | None]]:
        """The judgments behind a judgment, itself included."""
        found: set[tuple[str, int | None]] = set()
        waiting = [target]
        while waiting:
            row = waiting.pop()
            if (row.rule.name, row.member) in found:
                continue
            found.add((row.rule.name, row.member))
            for parameter in row.rule.parameters:
                for member in self._owners(parameter.name, row.member, parameter.each):
                    self.used.add((parameter.name, member))
                    if (parameter.name, member) in self.findings:
                        waiting.append(self.findings[parameter.name, member])
        return found

    def _owners(self, name: str, member: int | None, each: bool) -> list[int | None]:
        if each:
            return list(range(len(self.outcome.members)))
        if name not in self.personal:
            self.personal[name] = self.plan.level(name) is Level.PERSON
        return [member if self.personal[name] else None]

    def line(self, row: Finding) -> Line:
        rule = row.rule
        written: Formula = formula(row, self.show, self.words)
        operands = tuple(
            self._operand(parameter.name, member)
            for parameter in rule.parameters
            for member in self._owners(parameter.name, row.member, parameter.each)
        )
        return Line(
            name=rule.name,
            title=self.title(rule.name),
            member=row.member,
            shown=self.render(rule.name, row.result),
            value=row.result,
            law=rule.law,
            since=rule.since,
            text=written.text,
            conditions=written.conditions,
            operands=operands,
            where=rule.where,
        )

    def _operand(self, name: str, member: int | None) -> Operand:
        values: Mapping[str, Any] = self.outcome.values if member is None else self.outcome.members[member]
        value = values[name] if name in values else self.outcome.values[name]
        text = self.render(name, value)
        if name == ON:
            return Operand(name, self.title(name), "day", text, value)
        if name in self.book.facts:
            return Operand(
                name, self.title(name), "fact", text, value, member, source=self.book.facts[name].source
            )
        if name in self.outcome.rates:
            entry = self.outcome.rates[name]
            return Operand(
                name,
                self.title(name),
                "rate",
                text,
                value,
                source=entry.source,
                law=entry.law,
                since=entry.first_day,
                division=entry.division,
                verified=entry.verified,
                note=entry.note,
            )
        return Operand(name, self.title(name), "rule", text, value, member)

    def unused(self) -> tuple[Operand, ...]:
        """Facts that somebody stated (not mere silence) and that this answer did not read."""
        given: list[tuple[str, int | None]] = [(name, None) for name in self.outcome.household.facts]
        given += [(name, at) for at, row in enumerate(self.outcome.household.members) for name in row]
        result = []
        for name, member in given:
            if (name, member) in self.used or name not in self.book.facts:
                continue
            fact = self.book.facts[name]
            row = self.outcome.household.facts if member is None else self.outcome.household.members[member]
            if row[name] != fact.default and not fact.monthly:
                text = self.render(name, row[name])
                result.append(
                    Operand(name, self.title(name), "fact", text, row[name], member, source=fact.source)
                )
        return tuple(result)


class _Titles(dict[str, str]):
    """Titles looked up as formulas ask for them."""

    def __init__(self, explainer: _Explainer) -> None:
        super().__init__()
        self.explainer = explainer

    def get(self, name: str, default: Any = None) -> str:
        return self.explainer.title(name)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
