"""What the pages about pairs show: both sides line by line, what agrees and how much it weighs, and the progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.console.places import full_name
from anmin.console.words import term_of
from anmin.kernel.access.fields import masked
from anmin.kernel.people.matching import queries
from anmin.kernel.people.matching.evidence import REASONS, STEPS, Line
from anmin.kernel.people.matching.fields import FIELDS
from anmin.policy.codes import Sex

TONES = {"for": "green", "against": "red", "neither": "grey"}


@dataclass(frozen=True)
class Compared:
    """One field of both sides, with the finding in words."""

    line: Line
    left: str
    right: str
    tone: str

    @property
    def sign(self) -> str:
        """The finding in a word, so that colour is not alone."""
        return {"for": _("相符"), "against": _("不符"), "neither": _("无关")}[self.line.speaks]


@dataclass(frozen=True)
class Sides:
    """A pair on the page. `left` is the source's row or the second person, `right` the person of the register."""

    summary: str
    rows: list[Compared]
    left_name: str
    left_title: str
    right_title: str
    agrees: int
    differs: int


def sides_of(pair: Any, on: date, *, is_open: bool = False) -> Sides:
    """Both sides of a pair; numbers, telephones and addresses are masked unless they were asked for."""
    summary, lines, left, right = queries.waterfall(pair, on)
    rows = [
        Compared(one, _shown(one.name, left, is_open), _shown(one.name, right, is_open), TONES[one.speaks])
        for one in lines
    ]
    return Sides(
        summary,
        rows,
        queries.name_on_the_left(pair),
        _("登记簿里的另一条") if pair.other_id else _("来源：%(source)s") % {"source": pair.run.source},
        _("登记簿"),
        sum(one.line.speaks == "for" for one in rows),
        sum(one.line.speaks == "against" for one in rows),
    )


def compared(one: Any, other: Any, on: date) -> list[tuple[str, str, str]]:
    """Two persons of the register side by side, masked: what is merged into what."""
    sides = [queries.side_of(row, on) for row in (one, other)]
    return [(str(field.title), *(_shown(field.name, side, False) for side in sides)) for field in FIELDS]


def row_of(pair: Any) -> dict[str, Any]:
    """A pair in the list."""
    return {
        "pk": pair.pk,
        "left": queries.name_on_the_left(pair),
        "right": pair.person.name,
        "source": "" if pair.other_id else pair.run.source,
        "place": full_name(pair.division),
        "step": STEPS[pair.step],
        "reason": REASONS[pair.reason],
        "chance": "" if pair.probability is None else f"{min(pair.probability, 0.9999):.2%}",
        "is_safe": pair.is_safe,
        "decided_by": pair.decided_by,
        "decided_at": pair.decided_at,
        "answer": pair.answer,
    }


def progress_of(counts: Mapping[str, int]) -> dict[str, int]:
    """How many pairs there are, how many are done, how many are left."""
    total = sum(counts.values())
    left = counts["open"]
    return {
        "total": total,
        "done": total - left,
        "left": left,
        "share": (total - left) * 100 // max(total, 1),
    }


def _shown(field: str, row: Mapping[str, str], is_open: bool) -> str:
    def mask(key: str, value: str) -> str:
        return value if is_open else masked(key, value)

    if field == "name":
        former = row.get("former", "")
        return row.get("name", "") + (_("（曾用名 %(names)s）") % {"names": former} if former else "")
    if field == "place":
        parts = [full_name(row.get("division", "")), mask("address", row.get("address", ""))]
        return " ".join(filter(None, parts))
    if field == "sex":
        code = {"男": "1", "女": "2"}.get(row.get("sex", ""), row.get("sex", ""))
        return str(term_of(Sex(int(code)))) if code in ("1", "2") else ""
    if field in ("number", "phone"):
        return mask(field, row.get(field, ""))
    return row.get("birth_day", "")
