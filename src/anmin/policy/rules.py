"""Rules: plain functions marked with the law they carry out and the days on which it was in force."""

from __future__ import annotations

import hashlib
import inspect
import re
import textwrap
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum
from functools import cached_property
from typing import Any, TypeVar

from anmin.policy.errors import PolicyError
from anmin.policy.types import Kind, is_months, kind_of

Function = TypeVar("Function", bound=Callable[..., Any])


OFFICIAL_TERM = re.compile(r"\s*[（(][^()（）]*[\u4e00-\u9fff][^()（）]*[)）]")
"""A Chinese term in brackets, as it stands in the first line of a docstring."""


class Level(Enum):
    """Whom a value belongs to."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True)
class Parameter:
    """One argument of a rule: the name of another rule, of a fact, of a rate, or `on`."""

    name: str
    kind: Kind
    each: bool
    codes: type[IntEnum] | None = None
    months: bool = False


@dataclass(frozen=True)
class Rule:
    """One dated version of a rule.

    `since` and `until` are the first and the last day in force, both inclusive; `until` None means open.
    """

    name: str
    level: Level
    title: str
    law: str
    since: date
    until: date | None
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    kind: Kind
    codes: type[IntEnum] | None
    where: str

    def in_force(self, on: date) -> bool:
        """Whether this version applies on a day."""
        return self.since <= on and (self.until is None or on <= self.until)

    @cached_property
    def english(self) -> str:
        """The first line of the docstring without the official term in brackets: the rule in English."""
        text = inspect.getdoc(self.function) or self.name
        return OFFICIAL_TERM.sub("", text.split("\n", 1)[0])

    @cached_property
    def source(self) -> str:
        """The text of the function without its decorators."""
        lines = textwrap.dedent(inspect.getsource(self.function)).splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("def "))
        return "\n".join(lines[start:])

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what the rule computes: changes when its source does."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]


def person(
    *, title: str, law: str, since: str, until: str | None = None, name: str | None = None
) -> Callable[[Function], Function]:
    """Mark a function as a rule about one person. Days are ISO text; `name` joins dated versions."""
    return _mark(Level.PERSON, title, law, since, until, name)


def household(
    *, title: str, law: str, since: str, until: str | None = None, name: str | None = None
) -> Callable[[Function], Function]:
    """Mark a function as a rule about one household. Member values are taken as `Each[…]`."""
    return _mark(Level.HOUSEHOLD, title, law, since, until, name)


def rule_of(function: object) -> Rule | None:
    """The rule that a marked function carries, or None."""
    found = getattr(function, "__anmin_rule__", None)
    return found if isinstance(found, Rule) else None


def _mark(
    level: Level, title: str, law: str, since: str, until: str | None, name: str | None
) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        where = f"{function.__module__}.{function.__name__}"
        rule = _read(function, where, level, title, law, since, until, name or function.__name__)
        setattr(function, "__anmin_rule__", rule)  # noqa: B010  (the type of a function has no such attribute)
        return function

    return mark


def _read(
    function: Callable[..., Any],
    where: str,
    level: Level,
    title: str,
    law: str,
    since: str,
    until: str | None,
    name: str,
) -> Rule:
    if not law.strip() or not title.strip():
        raise PolicyError(
            "rule_without_law", what="规则没有写明名称或法律依据", where=where, todo="补上 title 和 law"
        )
    hints = typing.get_type_hints(function, include_extras=True)
    if "return" not in hints:
        raise PolicyError(
            "annotation", what="规则没有标注返回类型", where=where, todo="例如 -> Fen 或 -> bool"
        )
    parameters = []
    for parameter in inspect.signature(function).parameters:
        if parameter not in hints:
            raise PolicyError(
                "annotation", what=f"参数 {parameter} 没有类型标注", where=where, todo="补上类型标注"
            )
        kind, each = kind_of(hints[parameter], f"{where} 的参数 {parameter}")
        if each and level is Level.PERSON:
            raise PolicyError(
                "each_in_person_rule",
                what=f"个人规则的参数 {parameter} 不能用 Each",
                where=where,
                todo="先写一条家庭规则汇总各成员，再由个人规则读取汇总结果",
            )
        parameters.append(
            Parameter(parameter, kind, each, _codes(hints[parameter]), is_months(hints[parameter]))
        )
    kind, each = kind_of(hints["return"], f"{where} 的返回值")
    if each or not kind.is_number or is_months(hints["return"]):
        raise PolicyError(
            "annotation", what="规则只能返回一个数或真假", where=where, todo="改为返回 int、bool 或代码"
        )
    first, last = date.fromisoformat(since), date.fromisoformat(until) if until else None
    if last and last < first:
        raise PolicyError(
            "span", what=f"规则的终止日 {until} 早于起始日 {since}", where=where, todo="改正日期"
        )
    codes = _codes(hints["return"])
    return Rule(name, level, title, law, first, last, function, tuple(parameters), kind, codes, where)


def _codes(annotation: object) -> type[IntEnum] | None:
    if typing.get_args(annotation) and typing.get_origin(annotation) is not typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    return annotation if isinstance(annotation, type) and issubclass(annotation, IntEnum) else None
