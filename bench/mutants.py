"""Small wrongs put into code that moves money: one changed sign, comparison or word, in Python and in the SQL it runs.

What is computed set by set stands in SQL, and no tool that mutates Python changes a string in earnest: see decision 0046.
"""

from __future__ import annotations

import ast
import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any

COMPARES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
SQL = tuple(
    (re.compile(wrong), right)
    for wrong, right in (
        (r" <= ", " < "),
        (r" < ", " <= "),
        (r" >= ", " > "),
        (r" > ", " >= "),
        (r" <> ", " = "),
        (r" \+ ", " - "),
        (r" - ", " + "),
        (r"\bgreatest\(", "least("),
        (r"\bleast\(", "greatest("),
        (r"\bmax\(", "min("),
        (r"\bmin\(", "max("),
        (r"\bsum\(", "max("),
        (r"\bNOT EXISTS\b", "EXISTS"),
        (r"\bIS NOT NULL\b", "IS NULL"),
        (r"\bIS NULL\b", "IS NOT NULL"),
        (r"\bUNION ALL\b", "UNION"),
        (r"\bLEFT JOIN\b", "JOIN"),
        (r"\bFULL JOIN\b", "LEFT JOIN"),
        (r"\bAND NOT ", "AND "),
        (r" OR ", " AND "),
        (r", 0\)", ", 1)"),
        (r"'basic'", "'price'"),
        (r"(?<=fen, )-sum\(", "sum("),
        (r"\bDESC\b", "ASC"),
    )
)


@dataclass(frozen=True)
class Mutant:
    """One wrong: where, what, and how it is put in place in this process."""

    where: str
    what: str
    tests: tuple[str, ...]
    put: Callable[[], None]
    runs_in: frozenset[FunctionType]
    """What must be called for the wrong to show: the function, or those of the module that send the text."""


def mutants(module: str, names: list[str], tests: tuple[str, ...]) -> Iterator[Mutant]:
    """Every wrong of functions and SQL texts of a module."""
    held = import_module(module)
    for name in names:
        value = getattr(held, name)
        if isinstance(value, str):
            yield from _of_text(held, name, value, tests)
        else:
            yield from _of_function(held, name, value, tests)


def _of_text(held: Any, name: str, text: str, tests: tuple[str, ...]) -> Iterator[Mutant]:
    users = frozenset(_users(held, name))
    for pattern, right in SQL:
        for found in pattern.finditer(text):
            wrong = text[: found.start()] + right + text[found.end() :]
            line = text.count("\n", 0, found.start())
            what = f"{found[0].strip()} → {right.strip()} in: {text.splitlines()[line].strip()[:110]}"
            yield Mutant(
                f"{held.__name__}.{name}:{line}",
                what,
                tests,
                lambda wrong=wrong: setattr(held, name, wrong),  # type: ignore[misc]
                users,
            )


def _of_function(held: Any, name: str, function: Any, tests: tuple[str, ...]) -> Iterator[Mutant]:
    inner = inspect.unwrap(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(inner)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    definition.body = definition.body[1:] if ast.get_docstring(definition) else definition.body
    number = len(list(_places(definition)))
    for place in range(number):
        changed = copy.deepcopy(tree)
        target = changed.body[0]
        assert isinstance(target, ast.FunctionDef)
        node, change = list(_places(target))[place]
        before = ast.unparse(node)
        change()
        ast.fix_missing_locations(changed)
        what = f"{before[:90]} → {ast.unparse(node)[:90]}"
        yield Mutant(
            f"{held.__name__}.{name}:{node.lineno}",
            what,
            tests,
            lambda changed=changed: _put(held, name, inner, changed),  # type: ignore[misc]
            frozenset([inner]),
        )


def _users(held: Any, name: str) -> Iterator[FunctionType]:
    """The functions of a module that look a name up."""
    for value in vars(held).values():
        inner = inspect.unwrap(value) if callable(value) else None
        is_its = isinstance(inner, FunctionType) and inner.__module__ == held.__name__
        if is_its and name in _names(inner.__code__):
            yield inner


def _names(code: CodeType) -> set[str]:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return {*code.co_names, *(name for one in inner for name in _names(one))}


def _put(held: Any, name: str, inner: Any, changed: ast.Module) -> None:
    made: dict[str, Any] = {}
    exec(compile(changed, f"<mutant of {name}>", "exec"), held.__dict__, made)
    inner.__code__ = made[name].__code__


def _places(definition: ast.FunctionDef) -> Iterator[tuple[Any, Callable[[], None]]]:
    """Every node that can be wrong, each with what makes it so; what only words a refusal is left alone."""
    worded = {
        inner
        for node in ast.walk(definition)
        if isinstance(node, ast.Raise) or _is_told(node)
        for inner in ast.walk(node)
    }
    for node in ast.walk(definition):
        if node in worded:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARES:
            other = COMPARES[type(node.ops[0])]()
            yield node, lambda node=node, other=other: node.ops.__setitem__(0, other)  # type: ignore[misc]
        elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in SUMS:
            op = SUMS[type(node.op)]()
            yield node, lambda node=node, op=op: setattr(node, "op", op)  # type: ignore[misc]
        elif isinstance(node, ast.BoolOp):
            both: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, lambda node=node, both=both: setattr(node, "op", both)  # type: ignore[misc]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield node, lambda node=node: setattr(node, "op", ast.UAdd())  # type: ignore[misc]
        elif isinstance(node, ast.If):
            no = ast.Constant(False)
            yield node.test, lambda node=node, no=no: setattr(node, "test", no)  # type: ignore[misc]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
            word = NAMES[node.func.id]
            yield node, lambda node=node, word=word: setattr(node.func, "id", word)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            yield node, lambda node=node: setattr(node, "value", node.value + 1)  # type: ignore[misc]


def _is_told(node: ast.AST) -> bool:
    """Words for people and the book of acts: a wrong there moves no money."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    return name in ("_", "audit.record", "_record", "yuan")
