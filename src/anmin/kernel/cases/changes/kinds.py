"""The kinds of change (变化类型), read once from the lines of business: `domains/<line>/changes/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.lib.lines import files_of_lines

PREFIX = "change_"
"""Before a kind's key where a case keeps it as a special cause: procedures set limits and further steps by it."""


class ChangeKindProblem(ValueError):
    """A file of kinds contradicts itself; the message says which file and which kind."""


@dataclass(frozen=True)
class ChangeKind:
    """One kind: what it is called, how residents are told of it (`plain`), on which law it must be reported.

    `looks` is what whoever reviews has to look at, `brings` what the family is asked to bring, `register` what has to be asked for
    in the register of people besides. Without `benefits` every running benefit of the household is reviewed. A death
    (`is_death`) needs its person and goes on as the word of a death does.
    """

    key: str
    title: str
    plain: str
    law: str
    looks: tuple[str, ...]
    brings: tuple[str, ...] = ()
    register: str = ""
    benefits: tuple[str, ...] = ()
    is_death: bool = False

    @property
    def cause(self) -> str:
        """The special cause of a case that stands for this kind."""
        return PREFIX + self.key


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, ChangeKind]:
    """Every kind of change by key, in the order of their files."""
    return read(*files_of_lines("*/changes/*.yaml"))


def read(*paths: Path) -> dict[str, ChangeKind]:
    """The kinds of some files.

    Raises:
        ChangeKindProblem: a word nobody knows, something left out, or a key that is there twice.
    """
    found: dict[str, ChangeKind] = {}
    for path in paths:
        for row in yaml.safe_load(path.read_text("utf-8"))["kinds"]:
            one = _kind(row, path.name)
            if one.key in found:
                raise ChangeKindProblem(f"{path.name}：变化类型“{one.key}”写了两次")
            found[one.key] = one
    return found


def kind_of_cause(cause: str) -> ChangeKind | None:
    """The kind that a special cause stands for; None for all other causes."""
    return kinds().get(cause.removeprefix(PREFIX)) if cause.startswith(PREFIX) else None


def _kind(row: dict[str, Any], file: str) -> ChangeKind:
    key = row.get("key", "?")
    known = {one.name for one in fields(ChangeKind)}
    if strange := sorted(set(row) - known):
        raise ChangeKindProblem(f"{file}：变化类型“{key}”里的“{'、'.join(strange)}”没有人认识")
    if left_out := sorted(
        {"key", "title", "plain", "law", "looks"} - {name for name, value in row.items() if value}
    ):
        raise ChangeKindProblem(f"{file}：变化类型“{key}”没有写“{'、'.join(left_out)}”")
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    return ChangeKind(**given)
