"""The formula of one judgment in words: the rule's own syntax tree, the branch taken, names with their values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from types import CodeType
from typing import Any

from anmin.policy.codes import Code
from anmin.policy.evaluate import Finding
from anmin.policy.phrases import CHINESE, Words
from anmin.policy.rules import Rule

KEPT = "anmin_code"
TIGHT, LOOSE = set("×÷"), set("，,")
"""A phrase with one of these is a product or quotient; with one of those, a clause that ends where nobody sees it."""
Shown = Callable[[str, Any], str]
"""Gives the title of a name together with its value, as it appears in a formula."""


@dataclass(frozen=True)
class Formula:
    """The conditions that were met on the way, and the expression that gave the result."""

    text: str
    conditions: tuple[tuple[str, bool], ...] = ()


class _LoopInRule(Exception):
    """The rule counts by hand; its formula is the sentence that says so."""


def formula(finding: Finding, shown: Shown, words: Words = CHINESE) -> Formula:
    """Write down how a finding's result came about. `shown(name, value)` renders an argument."""
    writer = _Writer(finding.rule, dict(finding.inputs), shown, words)
    try:
        writer.walk(_body(finding.rule.source))
    except _LoopInRule:
        return Formula(words.each_member, tuple(writer.conditions))
    return Formula(writer.result, tuple(writer.conditions))


@lru_cache(maxsize=2048)
def _body(source: str) -> list[ast.stmt]:
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def _compiled(node: ast.expr) -> CodeType:
    """The code of an expression, kept on its node: rule bodies are parsed once and their nodes live on."""
    code = getattr(node, KEPT, None)
    if code is None:
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<rule>", "eval")
        setattr(node, KEPT, code)
    assert isinstance(code, CodeType)
    return code


@dataclass
class _Writer:
    rule: Rule
    values: dict[str, Any]
    shown: Shown
    words: Words
    texts: dict[str, str] = field(default_factory=dict)
    kept: dict[str, ast.expr] = field(default_factory=dict)
    conditions: list[tuple[str, bool]] = field(default_factory=list)
    result: str = ""

    def walk(self, body: list[ast.stmt]) -> bool:
        """Follow the statements as they ran; true when a return was reached."""
        for statement in body:
            if isinstance(statement, ast.Return) and statement.value is not None:
                self.result = self.text(statement.value)
                return True
            if isinstance(statement, ast.If):
                holds = bool(self.value(statement.test))
                self.conditions.append((self.text(statement.test), holds))
                if self.walk(statement.body if holds else statement.orelse):
                    return True
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                self._keep(statement.targets[0].id, statement.value)
            elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                left = ast.Name(statement.target.id, ast.Load())
                self._keep(statement.target.id, ast.BinOp(left, statement.op, statement.value))
            else:
                raise _LoopInRule
        return False

    def _keep(self, name: str, expression: ast.expr) -> None:
        text, value = self.text(expression), self.value(expression)
        self.texts[name], self.kept[name], self.values[name] = text, expression, value

    def value(self, node: ast.expr) -> Any:
        """What an expression came to."""
        if isinstance(node, ast.Name) and node.id in self.values:
            return self.values[node.id]
        if isinstance(node, ast.Constant):
            return node.value
        return eval(_compiled(node), self.rule.function.__globals__, self.values)

    def text(self, node: ast.expr) -> str:
        """An expression in words."""
        match node:
            case ast.Name(id=name):
                return self._name(name)
            case ast.Constant(value=value):
                return self._truth(value) if isinstance(value, bool) else str(value)
            case ast.Attribute():
                return self._code(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self._operator(op, self._wrapped(left, op), self._wrapped(right, op))
            case ast.UnaryOp(op=op, operand=operand):
                return self._operator(op, self.text(operand))
            case ast.BoolOp(op=op, values=values):
                joiner = self.words.operators[type(op).__name__]
                return joiner.join(self._wrapped(value, op) for value in values)
            case ast.Compare(left=left, ops=ops, comparators=rights):
                parts, here = [], left
                for comparison, right in zip(ops, rights, strict=True):
                    parts.append(self._operator(comparison, self.text(here), self.text(right)))
                    here = right
                return self.words.operators["And"].join(parts)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                holds = bool(self.value(test))
                self.conditions.append((self.text(test), holds))
                return self.text(body if holds else orelse)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                phrase = self._phrase(name)
                alone = len(arguments) == 1 and not TIGHT & set(phrase)
                words = [self.text(one) if alone else self._wrapped(one, ast.Mult()) for one in arguments]
                return phrase.format(*words)
        raise _LoopInRule

    def _name(self, name: str) -> str:
        if name in self.texts:
            return self.texts[name]
        if name in self.values:
            return self.shown(name, self.values[name])
        constant = self.rule.function.__globals__.get(name)
        return f"{constant}" if isinstance(constant, int) else name

    def _code(self, node: ast.Attribute) -> str:
        member = self.value(node)
        if isinstance(member, Code):
            return member.title
        return member.name if isinstance(member, IntEnum) else f"{member}"

    def _operator(self, op: ast.AST, *parts: str) -> str:
        return self.words.operators.get(type(op).__name__, "{0} ? {1}").format(*parts)

    def _truth(self, value: bool) -> str:
        return self.words.yes if value else self.words.no

    def _phrase(self, name: str) -> str:
        return self.words.functions.get(name, name + "({0})")

    def _wrapped(self, node: ast.expr, outer: ast.AST) -> str:
        """An operand or argument, in brackets where its words would otherwise run into what stands around it."""
        text = self.text(node)
        return f"（{text}）" if self._is_looser(node, outer) else text

    def _is_looser(self, node: ast.expr, outer: ast.AST) -> bool:
        binds = isinstance(outer, ast.Mult | ast.FloorDiv)
        match node:
            case ast.BoolOp():
                return True
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._is_looser(body if self.value(test) else orelse, outer)
            case ast.BinOp(op=op):
                return binds and isinstance(op, ast.Add | ast.Sub)
            case ast.Call(func=ast.Name(id=name)):
                marks = set(self._phrase(name))
                return bool(marks & LOOSE or (binds and marks & TIGHT))
            case ast.Name(id=name) if name in self.kept:
                return self._is_looser(self.kept[name], outer)
        return False


def titled(titles: Mapping[str, str], render: Callable[[str, Any], str]) -> Shown:
    """A `Shown` that writes `title〔value〕`; a value for each member is written one after another."""

    def show(name: str, value: Any) -> str:
        if isinstance(value, tuple) and value and not isinstance(value[0], tuple):
            inside = "、".join(render(name, one) for one in value)
        else:
            inside = render(name, value)
        return f"{titles.get(name, name)}〔{inside}〕"

    return show
