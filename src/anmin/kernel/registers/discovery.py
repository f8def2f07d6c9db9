"""Where the declarations of the lines of business are found: by the names of their files, so that none is listed twice."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from anmin.lib.lines import DOMAINS, files_of_lines

FILES = ("registers", "services", "indicators", "alerts", "procedures")
"""Modules, or packages of modules, of a line of business in which declarations stand; those with tables first."""


def declaration_modules(kinds: Sequence[str] = FILES) -> list[str]:
    """The modules of all lines of business that hold declarations, by name."""
    found = []
    for kind in kinds:
        for line in (path.parent for path in files_of_lines("*/__init__.py")):
            if (line / f"{kind}.py").exists():
                found.append(f"{DOMAINS}.{line.name}.{kind}")
            files = sorted(path for path in (line / kind).glob("*.py") if path.name != "__init__.py")
            found += [f"{DOMAINS}.{line.name}.{kind}.{path.stem}" for path in files]
    return found


def load(kinds: Sequence[str] = FILES) -> None:
    """Import every declaration; Django finds the models of registers so."""
    for name in declaration_modules(kinds):
        import_module(name)
