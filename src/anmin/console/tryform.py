"""The "try it" form: which facts a rule needs, what was written into the form, and the household that results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from django.utils.translation import gettext as _

from anmin.console.words import term_of
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household
from anmin.policy.examples import shown
from anmin.policy.facts import Fact, value_of
from anmin.policy.plan import Plan
from anmin.policy.rules import Level
from anmin.policy.types import Kind

MOST_MEMBERS = 8
STAND_OPEN = 8
"""So many facts of each member stand open in the form; the rest is folded until stated."""
BORN_IF_SILENT = 19800101
"""A member of whom nothing is said is a grown-up of working age, as in the worked examples."""


@dataclass(frozen=True)
class TryGroup:
    """The fields of the household or of one member: those that stand open, and the rest, which is folded."""

    title: str
    open: tuple[TryField, ...]
    folded: tuple[TryField, ...]


@dataclass(frozen=True)
class TryField:
    """One fact in the form. `key` is the name of the input, `written` what stands in it."""

    key: str
    fact: Fact
    written: str
    trouble: str = ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For a coded fact or a truth: (value, term); empty for numbers and days."""
        if self.fact.kind is Kind.BOOL:
            return [("0", _("否")), ("1", _("是"))]
        codes = self.fact.codes
        return [(str(int(code)), _term(code)) for code in codes] if codes else []

    @property
    def is_stated(self) -> bool:
        """Whether the form says something else than the default."""
        return self.written != _default(self.fact)


@dataclass
class TryForm:
    """The form for one plan: household fields, then the fields of each member."""

    plan: Plan
    division: str
    settlement: int
    household: list[TryField] = field(default_factory=list)
    members: list[list[TryField]] = field(default_factory=list)

    @property
    def groups(self) -> list[TryGroup]:
        """The form as the page shows it: what is stated or usual stands open."""
        rows = [(_("全户的情况"), self.household)] if self.household else []
        rows += [(_("第 %(n)d 人") % {"n": at}, row) for at, row in enumerate(self.members, start=1) if row]
        return [_group(title, row) for title, row in rows]

    @property
    def troubles(self) -> list[TryField]:
        """The fields that could not be read."""
        return [one for row in [self.household, *self.members] for one in row if one.trouble]

    def situation(self) -> Household:
        """The household as written.

        Raises:
            PolicyError: `value` for a field that cannot be read; look at `troubles` first.
        """
        return Household(
            "try",
            self.division,
            self.settlement,
            {**_silent(self.plan, Level.HOUSEHOLD), **{one.fact.name: _read(one) for one in self.household}},
            [
                {**_silent(self.plan, Level.PERSON), **{one.fact.name: _read(one) for one in row}}
                for row in self.members
            ],
        )


def try_form(
    plan: Plan, written: Mapping[str, str], *, division: str, settlement: int, given: Household | None = None
) -> TryForm:
    """The form with what the reader wrote; where nothing was written, with a given household's facts.

    Inputs are named `h-<fact>` and `<n>-<fact>` for member n from 1; `members` says how many there are.
    """
    form = TryForm(plan, division, settlement)
    number = _members(written.get("members"), len(given.members) if given else 1)
    shared = given.facts if given else {}
    form.household = [
        _field(f"h-{fact.name}", fact, written, shared) for fact in _single(plan, Level.HOUSEHOLD)
    ]
    for position in range(number):
        known = given.members[position] if given and position < len(given.members) else {}
        form.members.append(
            [
                _field(f"{position + 1}-{fact.name}", fact, written, known)
                for fact in _in_order(plan, Level.PERSON)
            ]
        )
    return form


def _group(title: str, row: list[TryField]) -> TryGroup:
    usual = {one.key for one in row[:STAND_OPEN]}
    shown = [one for one in row if one.key in usual or one.is_stated or one.trouble]
    return TryGroup(title, tuple(shown), tuple(one for one in row if one not in shown))


def _in_order(plan: Plan, level: Level) -> list[Fact]:
    """The facts of a plan in the order of the catalogue, which begins with what everybody knows."""
    place = {name: at for at, name in enumerate(plan.rulebook.facts)}
    return sorted(_single(plan, level), key=lambda fact: place[fact.name])


def _single(plan: Plan, level: Level) -> list[Fact]:
    """What people can state: the facts of one value; twelve months are told by departments."""
    return [fact for fact in plan.facts_of(level) if not fact.monthly]


def _silent(plan: Plan, level: Level) -> dict[str, Any]:
    return {fact.name: fact.silence for fact in plan.facts_of(level) if fact.monthly}


def _members(written: str | None, otherwise: int) -> int:
    number = int(written) if written and written.isdigit() else otherwise
    return min(max(number, 1), MOST_MEMBERS)


def _field(key: str, fact: Fact, written: Mapping[str, str], known: Mapping[str, int]) -> TryField:
    if key in written:
        text = written[key].strip()
        filled = TryField(key, fact, text)
        try:
            _read(filled)
        except (PolicyError, ValueError):
            return TryField(key, fact, text, _trouble(fact))
        return filled
    value = known.get(fact.name)
    return TryField(key, fact, _default(fact) if value is None else _written(fact, value))


def _read(one: TryField) -> int:
    if one.written == "" and one.fact.kind is not Kind.DAY:
        return one.fact.default or 0
    coded = one.fact.kind in (Kind.BOOL, Kind.CODE)
    written: object = int(one.written) if coded and one.written.isdigit() else one.written.replace(",", "")
    return value_of(one.fact.kind, one.fact.codes, written, one.fact.title)


def _default(fact: Fact) -> str:
    if fact.default is not None:
        return _written(fact, fact.default)
    return _written(fact, BORN_IF_SILENT) if fact.kind is Kind.DAY else "0"


def _written(fact: Fact, value: int) -> str:
    if fact.kind is Kind.DAY:
        return shown(value, Kind.DAY) if value else ""
    if fact.kind is Kind.FEN:
        return shown(value, Kind.FEN).replace(",", "").removesuffix(".00")
    return str(int(value))


def _term(code: IntEnum) -> str:
    return term_of(code)


def _trouble(fact: Fact) -> str:
    if fact.kind is Kind.FEN:
        return _("请写成元，例如 1062.5。")
    if fact.kind is Kind.DAY:
        return _("请写成年-月-日，例如 1950-01-31。")
    return _("请写成整数，例如 3。")
