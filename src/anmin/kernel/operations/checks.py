"""What a check of the installation says (检查结果): well, to be watched, or broken; why it matters; what to type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

GOOD, WATCH, BROKEN = "good", "watch", "broken"
MARKS = {GOOD: "✔", WATCH: "△", BROKEN: "✘"}
WORDS = {GOOD: "正常", WATCH: "注意", BROKEN: "故障"}


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, how it is, what was found, why it matters, and what to do about it."""

    key: str
    title: str
    state: str
    found: str
    why: str = ""
    fix: str = ""

    @property
    def mark(self) -> str:
        """✔, △ or ✘."""
        return MARKS[self.state]

    @property
    def word(self) -> str:
        """The state in a word, for those who see no colours."""
        return WORDS[self.state]

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Look:
    """A check before it is made: its texts stay the same whatever it finds."""

    key: str
    title: str
    why: str
    function: Callable[[], tuple[str, str, str]]

    def __call__(self) -> Check:
        """Make the check; one that cannot be made is itself a finding."""
        try:
            state, found, fix = self.function()
        except Exception as trouble:  # the check is what must never fall over
            state, found, fix = (
                BROKEN,
                f"检查没有做成：{type(trouble).__name__}",
                "先处理上面的故障，再运行 anmin doctor",
            )
        return Check(self.key, self.title, state, found, "" if state == GOOD else self.why, fix)


def look(key: str, title: str, why: str) -> Callable[[Callable[[], tuple[str, str, str]]], Look]:
    """Make a check of a function that returns state, finding and remedy."""

    def named(function: Callable[[], tuple[str, str, str]]) -> Look:
        return Look(key, title, why, function)

    return named


def all_of(looks: Iterable[Look]) -> Iterator[Check]:
    """Make checks one after the other."""
    return (one() for one in looks)


def overall(checks: Iterable[Check]) -> str:
    """The worst state of several checks."""
    states = {check.state for check in checks}
    return BROKEN if BROKEN in states else WATCH if WATCH in states else GOOD


def as_json(checks: Iterable[Check]) -> dict[str, Any]:
    """Several checks and their overall state, for JSON."""
    made = list(checks)
    return {"state": overall(made), "checks": [check.as_dict() for check in made]}
