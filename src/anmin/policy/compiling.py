"""Rules as machine code: each rule becomes a small module on disk, named by the hash of its source.

An edited rule gets a new name and is compiled again; all others come from numba's cache beside the modules.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from types import ModuleType
from typing import Any

import numba

from anmin.policy import vocabulary
from anmin.policy.errors import PolicyError
from anmin.policy.rules import Rule

JIT = '@njit(nogil=True, error_model="numpy", cache=True)'
ALLOWED_BUILTINS = {"len", "min", "max", "abs", "range", "int", "bool"}


def stored_module(directory: Path, stem: str, text: str) -> ModuleType:
    """Write a generated module once, under a name that holds the hash of its text, and import it.

    The file is moved into place whole, so that a run that is killed leaves no half-written module.
    """
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}\n{text}".encode()).hexdigest()[:16]
    name = f"anmin_{stem}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.py"
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=directory, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def vocabulary_module(directory: Path) -> ModuleType:
    """The vocabulary as compiled functions, from the same source text."""
    tree = ast.parse(inspect.getsource(vocabulary))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    text = "\n\n".join(f"{JIT}\n{ast.unparse(_bare(node))}" for node in functions)
    return stored_module(directory, "vocabulary", f"from numba import njit\n\n{text}\n")


def rule_module(rule: Rule, directory: Path) -> tuple[ModuleType, Any]:
    """One rule as a compiled function (`module`, `dispatcher`); compiled when first called or asked to."""
    words = vocabulary_module(directory)
    function = ast.parse(rule.source).body[0]
    assert isinstance(function, ast.FunctionDef)
    body = _Resolved(rule).visit(_bare(function))
    used = sorted({node.id for node in ast.walk(body) if isinstance(node, ast.Name)} & set(vars(words)))
    imports = f"from {words.__name__} import {', '.join(used)}\n" if used else ""
    body.name = "rule"
    text = f"from numba import njit\n{imports}\n\n{JIT}\n{ast.unparse(body)}\n"
    module = stored_module(directory, f"rule_{rule.name}", text)
    return module, module.rule


def compile_rule(rule: Rule, dispatcher: Any, signature: tuple[Any, ...]) -> None:
    """Compile one rule for its argument types now.

    Raises:
        PolicyError: `not_compilable`, with the rule, the file and what numba could not read.
    """
    try:
        dispatcher.compile(signature)
    except numba.core.errors.NumbaError as trouble:
        reason = next((line for line in str(trouble).splitlines()[1:] if line.strip()), str(trouble))
        raise PolicyError(
            "not_compilable",
            what=f"规则“{rule.title}”（{rule.name}）无法编译：{reason.strip()}",
            where=rule.where,
            todo="只用整数运算、if、for 和 anmin.policy.vocabulary 中的函数",
        ) from trouble


class _Resolved(ast.NodeTransformer):
    """Replaces what a rule takes from its module by what machine code can read: codes and constants."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.globals: dict[str, Any] = rule.function.__globals__
        self.local = {parameter.name for parameter in rule.parameters}
        tree = ast.parse(rule.source)
        self.local |= {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`DisabilityKind.VISUAL` becomes its number."""
        if isinstance(node.value, ast.Name):
            owner = self.globals.get(node.value.id)
            if isinstance(owner, type) and issubclass(owner, IntEnum) and node.attr in owner.__members__:
                return ast.copy_location(ast.Constant(int(owner[node.attr])), node)
        raise self._refused(ast.unparse(node))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A constant becomes its value; a vocabulary function stays; anything else is refused."""
        if node.id in self.local or isinstance(node.ctx, ast.Store) or node.id in ALLOWED_BUILTINS:
            return node
        value = self.globals.get(node.id)
        if isinstance(value, (int, bool)):
            return ast.copy_location(ast.Constant(value), node)
        if inspect.isfunction(value) and value.__module__ == vocabulary.__name__:
            if value.__name__ != node.id:
                raise self._refused(node.id)
            return node
        raise self._refused(node.id)

    def _refused(self, text: str) -> PolicyError:
        return PolicyError(
            "not_compilable",
            what=f"规则“{self.rule.title}”（{self.rule.name}）用到了引擎不允许的名字 {text}",
            where=self.rule.where,
            todo="规则只能使用参数、代码枚举、整数常量和 anmin.policy.vocabulary 中的函数",
        )


def _bare(function: ast.FunctionDef) -> ast.FunctionDef:
    """The function without annotations, decorators and docstring, so that only what it computes counts."""
    function.decorator_list = []
    function.returns = None
    for argument in function.args.args:
        argument.annotation = None
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return function


Progress = Callable[[str, int, int], None]
"""Called with a text, the number done and the number to do."""
