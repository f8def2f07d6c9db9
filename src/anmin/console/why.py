"""An explanation in the order in which people read it: answer, arithmetic, ground of each line, what was not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anmin.policy.explain import Explanation, Line, Operand
from anmin.policy.facts import Fact

Owner = tuple[str, int | None]
PLACE_OF_A_LINE = "line-{name}-{member}"


@dataclass(frozen=True)
class WhyLine:
    """A line of the explanation with its number on the page and its anchor.

    `result_kind` says how to colour the word: yes, no or number. `parents` are the operands that are lines
    themselves, `inputs` the facts and rates it read first hand.
    """

    number: int
    line: Line
    anchor: str
    result_kind: str
    links: tuple[tuple[Operand, str], ...]
    inputs: tuple[Operand, ...]


@dataclass(frozen=True)
class Why:
    """A page's worth of explanation.

    `target` is the line of the answer, `terms` what it was reckoned from, `reasons` the conditions that did not
    hold where the answer is no, `rates` and `facts` everything used from outside, each once; `silent` are facts
    that count as "no such circumstance".
    """

    explanation: Explanation
    target: WhyLine
    terms: tuple[tuple[Operand, str], ...]
    reasons: tuple[WhyLine, ...]
    lines: tuple[WhyLine, ...]
    rates: tuple[Operand, ...]
    facts: tuple[Operand, ...]
    silent: tuple[Operand, ...]
    unused: tuple[Operand, ...]

    @property
    def telling(self) -> tuple[WhyLine, ...]:
        """The lines that carry the answer, in order: what came to something and was used by such a line, and the noes
        that led to a no."""
        by_anchor = {row.anchor: row for row in self.lines}
        kept = {self.target.number}
        waiting = [self.target]
        while waiting:
            row = waiting.pop()
            for _, anchor in row.links:
                other = by_anchor[anchor] if anchor else None
                carries = other is not None and (
                    other.line.value or row is self.target or self._refuses(row, other)
                )
                if other is not None and carries and other.number not in kept:
                    kept.add(other.number)
                    waiting.append(other)
        return tuple(row for row in self.lines if row.number in kept)

    @property
    def empty(self) -> tuple[WhyLine, ...]:
        """The other lines: nought or no, or used only by such."""
        told = {row.number for row in self.telling}
        return tuple(row for row in self.lines if row.number not in told)

    @property
    def telling_rates(self) -> tuple[Operand, ...]:
        """The rates that lines read which carry the answer."""
        read = {row.name for line in self.telling for row in line.inputs if row.origin == "rate"}
        return tuple(row for row in self.rates if row.name in read)

    @property
    def other_rates(self) -> tuple[Operand, ...]:
        """The rates read only by lines that did not affect the answer."""
        told = {row.name for row in self.telling_rates}
        return tuple(row for row in self.rates if row.name not in told)

    def _refuses(self, row: WhyLine, other: WhyLine) -> bool:
        return not self.explanation.value and "no" == row.result_kind == other.result_kind

    @property
    def unverified(self) -> tuple[Operand, ...]:
        """The rates behind the answer that nobody has verified yet."""
        return tuple(row for row in self.rates if not row.verified)


def why(explanation: Explanation, catalogue: Mapping[str, Fact]) -> Why:
    """Arrange an explanation for a page; the catalogue says which facts are mere silence."""
    truths = {(line.name, line.member): _is_truth(line) for line in explanation.lines}
    numbers = {(line.name, line.member): number for number, line in enumerate(explanation.lines, start=1)}
    lines = tuple(
        _line(number, line, numbers, truths) for number, line in enumerate(explanation.lines, start=1)
    )
    by_owner = {(row.line.name, row.line.member): row for row in lines}
    target = next(row for row in reversed(lines) if row.line.name == explanation.name)
    operands = [operand for line in explanation.lines for operand in line.operands]
    facts = _once([row for row in operands if row.origin == "fact"])
    stated = [row for row in facts if row.value != catalogue[row.name].default]
    return Why(
        explanation=explanation,
        target=target,
        terms=tuple((operand, _anchor_of(operand, numbers)) for operand in target.line.operands),
        reasons=() if explanation.value else _reasons(target, by_owner),
        lines=lines,
        rates=_once([row for row in operands if row.origin == "rate"]),
        facts=tuple(stated),
        silent=tuple(row for row in facts if row not in stated),
        unused=explanation.unused,
    )


def _line(number: int, line: Line, numbers: dict[Owner, int], truths: dict[Owner, bool]) -> WhyLine:
    is_truth = truths[line.name, line.member]
    kind = ("yes" if line.value else "no") if is_truth else "number"
    return WhyLine(
        number=number,
        line=line,
        anchor=PLACE_OF_A_LINE.format(name=line.name, member=_member_text(line.member)),
        result_kind=kind,
        links=tuple((row, _anchor_of(row, numbers)) for row in line.operands if row.origin == "rule"),
        inputs=tuple(row for row in line.operands if row.origin != "rule"),
    )


def _is_truth(line: Line) -> bool:
    return line.shown in ("是", "否", "yes", "no")


def _member_text(member: int | None) -> str:
    return "all" if member is None else str(member + 1)


def _anchor_of(operand: Operand, numbers: dict[Owner, int]) -> str:
    if (operand.name, operand.member) not in numbers:
        return ""
    return PLACE_OF_A_LINE.format(name=operand.name, member=_member_text(operand.member))


def _reasons(target: WhyLine, by_owner: dict[Owner, WhyLine]) -> tuple[WhyLine, ...]:
    """The deepest conditions that said no: where a line failed because another failed, the other is the reason."""
    found: dict[Owner, WhyLine] = {}
    waiting, seen = [target], set()
    while waiting:
        row = waiting.pop()
        key = (row.line.name, row.line.member)
        if key in seen:
            continue
        seen.add(key)
        failed = [
            by_owner[operand.name, operand.member]
            for operand, anchor in row.links
            if anchor and by_owner[operand.name, operand.member].result_kind == "no"
        ]
        if failed:
            waiting += failed
        elif row.result_kind == "no":
            found[key] = row
    return tuple(sorted(found.values(), key=lambda row: row.number))


def _once(operands: Sequence[Operand]) -> tuple[Operand, ...]:
    return tuple({(row.name, row.member): row for row in operands}.values())
