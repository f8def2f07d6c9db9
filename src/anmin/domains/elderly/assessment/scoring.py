"""Scores and levels by GB/T 42195-2022: 26 items, 90 points, five levels, raised at most once.

Pure functions over answers. The total is always added up here; a total that a form sends is never believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

BANDS = ((90, 0), (66, 1), (46, 2), (30, 3), (0, 4))
"""Lowest total of each level (GB/T 42195-2022 §6, table of levels)."""
RISKS_THAT_RAISE = 2
"""Care-risk events within 30 days, of all kinds together, from which the level is raised."""
RISK_DAYS = 30


class Level(IntEnum):
    """Levels of ability (老年人能力等级)."""

    INTACT = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3
    COMPLETE = 4


LEVELS = {
    Level.INTACT: "能力完好",
    Level.MILD: "轻度失能",
    Level.MODERATE: "中度失能",
    Level.SEVERE: "重度失能",
    Level.COMPLETE: "完全失能",
}


class BadAnswers(ValueError):
    """Answers that cannot be scored; `items` says for each item what is wrong."""

    def __init__(self, items: Mapping[str, str]) -> None:
        self.items = dict(items)
        super().__init__("；".join(f"{key} {what}" for key, what in self.items.items()))


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen (选项)."""

    score: int
    say: str


@dataclass(frozen=True)
class Item:
    """One second-level indicator (二级指标) with its answers from best to worst."""

    key: str
    title: str
    options: tuple[Option, ...]
    hint: str = ""

    @property
    def most(self) -> int:
        """The highest score."""
        return self.options[0].score


@dataclass(frozen=True)
class Part:
    """One first-level indicator (一级指标)."""

    key: str
    title: str
    items: tuple[Item, ...]

    @property
    def most(self) -> int:
        """The highest sum of its items."""
        return sum(item.most for item in self.items)


@dataclass(frozen=True)
class Conditions:
    """What may raise the level (等级变更条款): coma, diagnoses, and events of the 30 days before the assessment."""

    coma: bool = False
    dementia: bool = False
    disorder: bool = False
    risk_events: int = 0


@dataclass(frozen=True)
class Outcome:
    """A result: sums by part, the total, the level by total, the level that counts, and what raised it."""

    parts: dict[str, int]
    total: int
    preliminary: Level
    final: Level
    because: tuple[str, ...]

    @property
    def title(self) -> str:
        """The level that counts, in words."""
        return LEVELS[self.final]


@lru_cache(maxsize=1)
def declared() -> dict[str, Any]:
    """The scale as it is written down."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("scale.yaml").read_text("utf-8"))
    return found


@lru_cache(maxsize=1)
def scale() -> tuple[Part, ...]:
    """The four parts in order."""
    return tuple(
        Part(
            row["key"],
            row["title"],
            tuple(
                Item(
                    item["key"],
                    item["title"],
                    tuple(Option(one["score"], one["say"]) for one in item["options"]),
                    item.get("hint", ""),
                )
                for item in row["items"]
            ),
        )
        for row in declared()["parts"]
    )


def items() -> dict[str, Item]:
    """Every item by its number in the standard."""
    return {item.key: item for part in scale() for item in part.items}


def problems(answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with answers, by item: missing, no number, or no answer of that item."""
    known, found = items(), {}
    for key, item in known.items():
        given = answers.get(key)
        if given is None or given == "":
            found[key] = f"“{item.title}”还没有选"
        elif isinstance(given, bool) or not isinstance(given, int):
            found[key] = f"“{item.title}”的得分不是整数"
        elif given not in {option.score for option in item.options}:
            found[key] = f"“{item.title}”没有 {given} 分这一项，最高 {item.most} 分"
    for key in answers:
        if key not in known:
            found[key] = "标准里没有这一项"
    return found


def level_of(total: int) -> Level:
    """The preliminary level by the total alone (初步等级)."""
    return Level(next(level for lowest, level in BANDS if total >= lowest))


def score(answers: Mapping[str, Any], conditions: Conditions = Conditions()) -> Outcome:
    """The result of an assessment.

    Coma is complete disability at once. Dementia (F00–F03), another disorder found by a psychiatrist (F04–F99) or two
    risk events in 30 days raise the level by one, once, whichever and however many of them hold (等级变更条款).

    Raises:
        BadAnswers: an item is missing, unknown or has a score that it does not offer.
    """
    wrong = problems(answers)
    if wrong:
        raise BadAnswers(wrong)
    parts = {part.key: sum(answers[item.key] for item in part.items) for part in scale()}
    total = sum(parts.values())
    first = level_of(total)
    if conditions.coma:
        return Outcome(parts, total, first, Level.COMPLETE, ("昏迷，直接评定为完全失能；意识恢复后重新评估",))
    because = []
    if conditions.dementia:
        because.append("确诊痴呆（F00–F03）")
    if conditions.disorder:
        because.append("精神科医生确诊其他精神和行为障碍（F04–F99）")
    if conditions.risk_events >= RISKS_THAT_RAISE:
        because.append(f"最近 {RISK_DAYS} 天发生照护风险事件 {conditions.risk_events} 次")
    final = Level(min(Level.COMPLETE, first + 1)) if because else first
    return Outcome(parts, total, first, final, tuple(because))
