"""Services (服务): one file of a line of business declares whom it is for, how often, by whom, and what its form asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from anmin.lib.divisions import ancestors, canonical
from anmin.lib.lines import files_of_lines

COMMON = Path(__file__).parent / "common.yaml"
KINDS = {"one", "many", "text", "day", "person", "switch", "phone"}
OLDEST = 200


class ServiceProblem(ValueError):
    """A declaration or an answer cannot be used so; the message says why."""


@dataclass(frozen=True)
class Option:
    """One choice of a question."""

    key: str
    title: str
    urgent: bool = False


@dataclass(frozen=True)
class Question:
    """One question of a form. `when` names another question and the answers at which this one is asked.

    `is_kept` values belong to the household and are merged field by field between phones.
    """

    key: str
    title: str
    kind: str
    options: tuple[Option, ...] = ()
    default: str = ""
    hint: str = ""
    when: tuple[str, tuple[str, ...]] | None = None
    group: str = ""
    is_kept: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The answers it takes."""
        return frozenset(one.key for one in self.options)


@dataclass(frozen=True)
class Part:
    """Questions that belong together under a heading."""

    key: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Tier:
    """Whom a service is for, and how they are told apart; the first tier that fits counts."""

    key: str
    title: str
    age_from: int = 0
    age_to: int = OLDEST
    alone: bool = False
    benefits: tuple[str, ...] = ()
    given: bool = False
    """Not found by rule: somebody who knows the person says so."""


@dataclass(frozen=True)
class Rhythm:
    """A visit at least every so many days, in one division, from a day on, by one article."""

    tier: str
    division: str
    days: int
    since: date
    until: date | None
    law: str
    source: str
    verified: bool
    checked: date


@dataclass(frozen=True)
class Service:
    """Help that somebody brings (服务). `unit` is `person` or `household`; `power` is what whoever brings it must hold."""

    key: str
    title: str
    english: str
    chip: str
    law: str
    power: str
    unit: str
    version: int
    tiers: tuple[Tier, ...]
    rhythms: tuple[Rhythm, ...]
    parts: tuple[Part, ...]
    accepts: tuple[int, ...]
    found_by: str = ""
    """A function of the line of business, `(on, division) -> Iterator[Wanted]`: who is of a tier by its own records."""

    def tier(self, key: str) -> Tier:
        """One of its tiers; raises ServiceProblem."""
        for one in self.tiers:
            if one.key == key:
                return one
        raise ServiceProblem(_("“%(what)s”没有这个类别，请重新选择。") % {"what": self.title})

    def rhythm(self, tier: str, division: str, on: date) -> Rhythm:
        """How often, as the nearest division upwards says on a day.

        Raises:
            ServiceProblem: where no place says so. There is never a default.
        """
        line = [*ancestors(division), "000000"] if division else ["000000"]
        for code in dict.fromkeys(line):
            rows = [
                row
                for row in self.rhythms
                if (row.tier, row.division) == (tier, code)
                and row.since <= on
                and (row.until is None or on <= row.until)
            ]
            if rows:
                return max(rows, key=lambda row: row.since)
        raise ServiceProblem(
            _("%(on)s 在 %(place)s 没有规定“%(what)s”多久一次，请在服务文件里补一行并写明文号。")
            % {"on": on, "place": division, "what": self.title}
        )

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question of its form, in order."""
        return tuple(one for part in self.parts for one in part.questions)

    def question(self, key: str) -> Question | None:
        """One question of its form."""
        return next((one for one in self.questions if one.key == key), None)


@lru_cache(maxsize=1)
def services() -> dict[str, Service]:
    """Every service of the installed lines of business, by key."""
    return read(files_of_lines("*/services/*.yaml"))


def service(key: str) -> Service:
    """One service; raises ServiceProblem."""
    found = services().get(key)
    if found is None:
        raise ServiceProblem(_("没有“%(key)s”这项服务。") % {"key": key})
    return found


def read(paths: Iterable[Path]) -> dict[str, Service]:
    """Services from their files; raises ServiceProblem naming the file."""
    common = _parts(yaml.safe_load(COMMON.read_text("utf-8"))["parts"])
    found: dict[str, Service] = {}
    for path in paths:
        try:
            row = _service(yaml.safe_load(path.read_text("utf-8")), common)
        except (KeyError, TypeError, ValueError) as trouble:
            raise ServiceProblem(f"{path.name}: {trouble!r}") from trouble
        if row.key in found:
            raise ServiceProblem(f"{path.name}: {row.key} 已经有了")
        found[row.key] = row
    return found


def _service(given: Mapping[str, Any], common: tuple[Part, ...]) -> Service:
    version = int(given.get("version", 1))
    made = Service(
        key=given["service"],
        title=given["title"],
        english=given["english"],
        chip=given["chip"],
        law=given["law"],
        power=given["power"],
        unit=given["unit"],
        version=version,
        tiers=tuple(_tier(row) for row in given["for"]),
        rhythms=tuple(_rhythm(row) for row in given["rhythm"]),
        parts=(*common[:1], *_parts(given.get("parts", [])), *common[1:]),
        accepts=(*given.get("accepts", ()), version),
        found_by=given.get("found_by", ""),
    )
    keys = [one.key for one in made.questions]
    if len(set(keys)) < len(keys):
        raise ServiceProblem(f"{made.key}: 有同名的问题")
    if {row.tier for row in made.rhythms} != {row.key for row in made.tiers} or made.unit not in (
        "person",
        "household",
    ):
        raise ServiceProblem(f"{made.key}: 每个类别都要有频次，单位是 person 或 household")
    return made


def _tier(row: Mapping[str, Any]) -> Tier:
    return Tier(
        row["tier"],
        row["title"],
        int(row.get("age_from", 0)),
        int(row.get("age_to", OLDEST)),
        bool(row.get("alone", False)),
        tuple(row.get("benefits", ())),
        bool(row.get("given", False)),
    )


def _rhythm(row: Mapping[str, Any]) -> Rhythm:
    days = int(row["days"])
    if days < 1:
        raise ServiceProblem(f"{row['tier']}: 至少一天")
    return Rhythm(
        row["tier"],
        canonical(str(row["division"])),
        days,
        row["since"],
        row.get("until"),
        row["law"],
        row["source"],
        bool(row["verified"]),
        row["checked"],
    )


def _parts(rows: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(row["part"], row["title"], tuple(_question(one) for one in row["questions"])) for row in rows
    )


def _question(row: Mapping[str, Any]) -> Question:
    if row["kind"] not in KINDS:
        raise ServiceProblem(f"{row['key']}: {row['kind']}")
    when = row.get("when")
    return Question(
        row["key"],
        row["title"],
        row["kind"],
        tuple(
            Option(key, word["title"], bool(word.get("urgent")))
            if isinstance(word, dict)
            else Option(key, word)
            for key, word in row.get("options", {}).items()
        ),
        str(row.get("default", "")),
        row.get("hint", ""),
        (when["key"], tuple(when["is"])) if when else None,
        row.get("group", ""),
        bool(row.get("kept", False)),
    )
