"""The catalogue of sources (数据来源目录), read from the files beside this one and checked against the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from anmin.kernel.facts.intake.sheets import Column
from anmin.lib.calendar import add_months
from anmin.policy.facts import FactCatalogue
from anmin.policy.types import Kind

FOLDER = Path(__file__).parent
Form = Literal["identity", "name", "money", "whole", "flag", "day", "code", "text"]
KINDS = {"money": Kind.FEN, "whole": Kind.INT, "flag": Kind.BOOL, "day": Kind.DAY, "code": Kind.CODE}
MONTHS = {"weekly": 0, "monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12, "on_request": 0}
CHECKING = "核对家庭"
"""The purpose without which a source may not be used in checks (个人信息保护法 §6)."""
GRACE_DAYS = {"weekly": 10, "monthly": 15, "quarterly": 20, "half_yearly": 30, "yearly": 45}


@dataclass(frozen=True)
class SourceColumn:
    """One column of a department's file. `fact` is the fact of the catalogue that it feeds, at `level`.

    `over` says how the words about the members of a household become one: their sum, or the newest (the largest).
    """

    name: str
    title: str
    form: Form
    fact: str = ""
    level: str = "person"
    required: bool = False
    over: Literal["sum", "newest"] = "sum"

    @property
    def klass(self) -> str:
        """How closely it is held (字段分级)."""
        return "sensitive" if self.form in ("identity", "money") else "internal"

    def as_column(self, facts: FactCatalogue) -> Column:
        """The column as the cells of files are read."""
        codes = facts[self.fact].codes if self.fact and self.form == "code" else None
        return Column(self.name, self.title, "number", KINDS[self.form], codes, self.required)


@dataclass(frozen=True)
class Source:
    """What one department sends (数据资源).

    Its quality checks: `one_row` when a person may stand in a batch once, `most_bad` the share of rows that may be
    quarantined, `most_change` how much fewer or more rows than in the batch before may come. A batch that fails one has
    landed all the same; its page says what somebody should ask the department.

    `tells` "state" when the newest batch says all, "events" when a batch holds only what is new and all of them count.
    `lists_all` when whoever is not in a month's batch has nothing in that month; otherwise that is not known.
    """

    key: str
    title: str
    department: str
    delivery: str
    frequency: str
    legal_basis: str
    purpose: str
    retention_months: int
    needs_mandate: bool
    verified: bool
    columns: tuple[SourceColumn, ...]
    one_row: bool = False
    most_bad: float = 0.05
    most_change: float = 0.3
    tells: Literal["state", "events"] = "state"
    lists_all: bool = False

    @property
    def values(self) -> tuple[SourceColumn, ...]:
        """The columns beside the person's number and name."""
        return tuple(column for column in self.columns if column.form not in ("identity", "name"))

    @property
    def keys(self) -> tuple[SourceColumn, ...]:
        """The columns by which a row is known to be about somebody."""
        return tuple(column for column in self.columns if column.form in ("identity", "name"))

    def next_due(self, last_day: date | None) -> date | None:
        """When the next period should be here, counted from the last day of the newest one; None on request."""
        if last_day is None or self.frequency not in GRACE_DAYS:
            return None
        ahead = add_months(last_day, MONTHS[self.frequency])
        return date.fromordinal(ahead.toordinal() + GRACE_DAYS[self.frequency])


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """Every source by its key."""
    found: dict[str, Source] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text("utf-8")):
            columns = tuple(SourceColumn(**column) for column in row.pop("columns"))
            source = Source(columns=columns, **row)
            if source.key in found:
                raise ValueError(f"{path.name}：来源 {source.key} 声明了两次")
            found[source.key] = source
    return found


def check_sources() -> dict[str, Source]:
    """The sources that a check of a household's economic status may ask (核对来源): those received for that purpose."""
    return {key: source for key, source in sources().items() if CHECKING in source.purpose}
