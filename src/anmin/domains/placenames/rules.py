"""What a place may be called (地名命名规则, 地名管理条例 §§9、10、25): each finding with its article and what to do; no database here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.domains.placenames.spelling import toneless

DATA = Path(__file__).parent / "data"
ARTICLE = "地名管理条例 §9"
GUARD = "地名管理条例 §25"
SCOPES = {"town": 2, "committee": 6, "street": 6, "estate": 6, "building": 6, "division": 0, "feature": 0}
"""How many digits of the code two names of a kind must share to be in each other's way: nation, province, county.

A built-up area (建成区) is taken as the county; where it is larger, the register's own column `built_up` says so.
"""
MEASURES = {"area": ("平方米", "占地面积"), "width": ("米", "宽度"), "floors": ("层", "层数")}
RARE = "gb2312"
"""Characters outside its 6,763 are asked about: the table of 8,105 standard characters is not part of the system yet."""


@dataclass(frozen=True)
class Finding:
    """Something against a name. `refuse` cannot be got over; `ask` is for a person to clear with reasons."""

    code: str
    outcome: str
    law: str
    words: str


@dataclass(frozen=True)
class Proposal:
    """A name that somebody proposes: parts, kind, where, how large, and which companies are near."""

    proper: str
    generic: str
    kind: str
    division: str
    built_up: str = ""
    area: int | None = None
    width: int | None = None
    floors: int | None = None
    companies: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.proper}{self.generic}"


@dataclass(frozen=True)
class Known:
    """A name in force that may be in the way."""

    name: str
    kind: str
    division: str
    built_up: str = ""


def findings(proposal: Proposal, known: Iterable[Known]) -> list[Finding]:
    """Everything against a proposed name, what cannot be got over first."""
    found = [
        *_listed(proposal),
        *_company_nearby(proposal),
        *_rare(proposal.name),
        *_size(proposal),
        *_taken(proposal, known),
    ]
    return sorted(found, key=lambda one: one.outcome != "refuse")


def scope_of(kind: str, division: str, built_up: str = "") -> str:
    """The beginning of the codes, or the built-up area, within which a name of a kind must be alone."""
    if kind in ("street", "estate", "building") and built_up:
        return built_up
    return division[: SCOPES.get(kind, 6)]


def guarded(*, is_listed: bool, measure: str) -> Finding | None:
    """A listed name may be changed only when a protection measure was laid down before."""
    if is_listed and not measure.strip():
        words = "这个地名列入保护名录，改名或注销前要先制定保护措施，并填在“保护措施”里。"
        return Finding("listed", "refuse", GUARD, words)
    return None


def overdue_inspection(last: date, today: date, years: int = 5) -> bool:
    """Whether a boundary line should have been jointly inspected by today (每 5 年一次, 行政区域界线管理条例 §13)."""
    try:
        due = last.replace(year=last.year + years)
    except ValueError:
        due = last.replace(year=last.year + years, day=28)
    return today > due


def _listed(proposal: Proposal) -> Iterator[Finding]:
    for row in word_lists():
        for word in row["words"]:
            hit = word in (proposal.name, proposal.proper) if row.get("exact") else word in proposal.proper
            if hit and not (row["code"] == "famous" and proposal.kind != "feature" and word != proposal.name):
                yield Finding(
                    row["code"],
                    row["outcome"],
                    row["law"],
                    f"“{proposal.name}”含有“{word}”：{row['title']}。",
                )
                break


def _company_nearby(proposal: Proposal) -> Iterator[Finding]:
    known = {word for row in word_lists() if row["code"] == "company" for word in row["words"]}
    for company in proposal.companies:
        if company and company in proposal.proper and company not in known:
            words = f"附近有名称含“{company}”的企业：与该企业没有特定联系的，写明理由。"
            yield Finding("company", "ask", ARTICLE, words)


def _rare(name: str) -> Iterator[Finding]:
    rare = [character for character in name if not _is_common(character)]
    if rare:
        words = f"“{'、'.join(rare)}”可能是生僻字；请核对通用规范汉字表，是表内字的写明。"
        yield Finding("rare", "ask", ARTICLE, words)


def _is_common(character: str) -> bool:
    try:
        character.encode(RARE)
    except UnicodeEncodeError:
        return False
    return True


def _size(proposal: Proposal) -> Iterator[Finding]:
    needed = generic_sizes().get(proposal.generic, {})
    for key, (unit, title) in MEASURES.items():
        least = needed.get(key)
        given = getattr(proposal, key)
        if least is not None and (given is None or given < least):
            mark = "" if needed.get("verified") else "（本地参数，待核实）"
            said = "没有填" if given is None else f"只有 {given} {unit}"
            words = f"通名“{proposal.generic}”要求{title}至少 {least} {unit}{mark}，现在{said}。"
            yield Finding("size", "ask", ARTICLE, words)


def _taken(proposal: Proposal, known: Iterable[Known]) -> Iterator[Finding]:
    mine = scope_of(proposal.kind, proposal.division, proposal.built_up)
    sound = toneless(proposal.name)
    for one in known:
        if one.kind != proposal.kind or scope_of(one.kind, one.division, one.built_up) != mine:
            continue
        if one.name == proposal.name:
            yield Finding("same", "refuse", ARTICLE, f"同一范围内已有“{one.name}”，不能重名。")
            return
        if toneless(one.name) == sound:
            yield Finding(
                "homophone", "ask", ARTICLE, f"与已有的“{one.name}”同音，应当避免；确有必要的写明理由。"
            )


@lru_cache(maxsize=1)
def word_lists() -> list[dict[str, Any]]:
    """The lists of words, each with its article and outcome."""
    return yaml.safe_load((DATA / "words.yaml").read_text("utf-8"))


@lru_cache(maxsize=1)
def generic_sizes() -> dict[str, dict[str, Any]]:
    """What a generic part asks of the place."""
    return yaml.safe_load((DATA / "generics.yaml").read_text("utf-8"))
