"""How far a refusal is from a grant: both sides of the comparison that failed, and the difference."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from anmin.policy.evaluate import Finding
from anmin.policy.types import Kind

ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


@dataclass(frozen=True)
class Shortfall:
    """A comparison that did not hold. `name` is the value compared, `limit` what it was measured against.

    `is_money` says that both are in fen; `must_be_less` that the value had to stay below the limit.
    """

    name: str
    value: int
    limit: int
    is_money: bool
    must_be_less: bool

    @property
    def difference(self) -> int:
        """How far apart the two are."""
        return abs(self.value - self.limit)


def shortfall(finding: Finding) -> Shortfall | None:
    """The first failed comparison of a named value in a rule that said no; None where the rule is not of that form."""
    body = ast.parse(finding.rule.source).body[0]
    assert isinstance(body, ast.FunctionDef)
    values: dict[str, Any] = dict(finding.inputs)
    kinds = {row.name: row.kind for row in finding.rule.parameters}
    for node in _failed(body.body, finding, values):
        left, operator, right = node.left, node.ops[0], node.comparators[0]
        if not isinstance(left, ast.Name) or not isinstance(operator, ORDER) or left.id not in kinds:
            continue
        value, limit = _value(left, finding, values), _value(right, finding, values)
        if isinstance(value, int) and isinstance(limit, int):
            is_money = kinds[left.id] is Kind.FEN
            return Shortfall(left.id, value, limit, is_money, isinstance(operator, ast.Lt | ast.LtE))
    return None


def _failed(
    body: list[ast.stmt], finding: Finding, values: dict[str, Any]
) -> Generator[ast.Compare, None, bool]:
    """The simple comparisons that came to no, following the statements as they ran; true when the rule ended."""
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            values[statement.targets[0].id] = _value(statement.value, finding, values)
        elif isinstance(statement, ast.If):
            holds = bool(_value(statement.test, finding, values))
            if (yield from _failed(statement.body if holds else statement.orelse, finding, values)):
                return True
        elif isinstance(statement, ast.Return) and statement.value is not None:
            yield from _parts(statement.value, finding, values)
            return True
        elif not isinstance(statement, ast.Expr):
            return True
    return False


def _parts(node: ast.expr, finding: Finding, values: dict[str, Any]) -> Iterator[ast.Compare]:
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _parts(part, finding, values)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and not _value(node, finding, values):
        yield node


def _value(node: ast.expr, finding: Finding, values: dict[str, Any]) -> Any:
    """What an expression of a rule comes to, in the rule's own names."""
    code = compile(ast.Expression(node), "<rule>", "eval")
    return eval(code, finding.rule.function.__globals__, values)
