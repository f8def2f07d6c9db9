"""Where procedures come from: dated YAML of the lines of business, families of procedures, overlays of localities.

`like: dibao` takes over the procedure of that name as it is on the day, without the steps and states of `without`; what
the file itself states comes on top, a step it states takes the place of every step of the same name, and `who` names
other takers of steps that are else the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.cases.procedures import UNITS, Limit, Procedure, ProcedureProblem, State, Transition, check
from anmin.lib.divisions import ancestors

MADE = 2000
"""Procedures kept put together: some days times matters times localities."""


@dataclass
class ProcedureBook:
    """All declared procedures with the overlays of localities."""

    files: list[dict[str, Any]]
    made: dict[tuple[date, int, tuple[int, ...]], Procedure] = field(default_factory=dict, repr=False)
    """What was put together already, by day, file and overlays: a page asks for the same few many times."""

    @classmethod
    def load(cls, *folders: Path) -> ProcedureBook:
        """Read every YAML file of some folders and check each procedure; raises ProcedureProblem."""
        files = []
        for folder in folders:
            for path in sorted(folder.glob("*.yaml")):
                content = yaml.safe_load(path.read_text("utf-8"))
                content["file"] = path.name
                files.append(content)
        book = cls(files)
        for content in files:
            if _is_whole(content):
                check(_built(book.whole(content, content["since"])), content["file"])
        return book

    @property
    def actions(self) -> set[str]:
        """The steps that any procedure or overlay declares."""
        return {row["action"] for content in self.files for row in content.get("steps", ())}

    @property
    def matters(self) -> list[str]:
        """The keys of all matters, in the order of their files."""
        return list(dict.fromkeys(content["matter"] for content in self.files))

    def procedure(self, matter: str, division: str, on: date) -> Procedure:
        """The procedure of a matter in a division on a day, with the overlays of its ancestors applied.

        Raises:
            ProcedureProblem: when no procedure of that name is in force on the day.
        """
        mine = [row for row in self.files if row["matter"] == matter]
        base = _newest([row for row in mine if _is_whole(row)], on)
        if base is None:
            raise ProcedureProblem(f"{on} 没有施行中的“{matter}”办理程序；请检查日期，或补充这一天施行的程序")
        overlays = []
        for code in reversed(ancestors(division)):
            overlay = _newest([row for row in mine if not _is_whole(row) and row["division"] == code], on)
            if overlay is not None:
                overlays.append(overlay)
        key = (on, id(base), tuple(map(id, overlays)))
        if key not in self.made:
            found = _built(self.whole(base, on))
            for overlay in overlays:
                found = _overlaid(found, overlay)
            check(found, f"{base['file']}（{division}）")
            if len(self.made) >= MADE:
                self.made.clear()
            self.made[key] = found
        return self.made[key]

    def is_in_force(self, matter: str, on: date) -> bool:
        """Whether a matter has a procedure on a day."""
        return (
            _newest([row for row in self.files if row["matter"] == matter and _is_whole(row)], on) is not None
        )

    def whole(self, content: Mapping[str, Any], on: date) -> Mapping[str, Any]:
        """A file with everything it takes over from the procedure it is like."""
        if "like" not in content:
            return content
        rows = [row for row in self.files if row["matter"] == content["like"] and _is_whole(row)]
        base = _newest(rows, on)
        if base is None:
            raise ProcedureProblem(f"{content['file']}：{on} 没有可沿用的程序“{content['like']}”")
        return _taken_over(self.whole(base, on), content)


def _is_whole(content: Mapping[str, Any]) -> bool:
    return "states" in content or "like" in content


def _taken_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    gone = set(own.get("without", ()))
    stated = {row["action"] for row in own.get("steps", ())}
    takers = own.get("who", {})
    if lost := sorted(set(takers) - {row["action"] for row in base["steps"]}):
        raise ProcedureProblem(f"{own['file']}：who 里的环节“{'、'.join(lost)}”在“{own['like']}”里没有")
    states = {key: row for key, row in {**base["states"], **own.get("states", {})}.items() if key not in gone}
    steps = []
    for row in base["steps"]:
        sources = [state for state in _tuple(row["from"]) if state in states]
        if row["action"] not in gone | stated and row["to"] in states and sources:
            steps.append({**row, "from": sources, "who": takers.get(row["action"], row.get("who", ()))})
    terms = {**base.get("terms", {}), **own.get("terms", {})}
    known = {row["action"] for row in steps} | stated | set(terms.get("of_followed", ()))
    kept = [_without_unknown(row, known) for row in steps]
    return {
        **base,
        **own,
        "states": states,
        "limits": {**base.get("limits", {}), **own.get("limits", {})},
        "publicity": own.get("publicity", base.get("publicity", {})),
        "terms": terms,
        "intake": {**base.get("intake", {}), **own.get("intake", {})},
        "steps": [*kept, *own.get("steps", ())],
    }


def _without_unknown(row: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    """A step no longer refers to steps that were left out."""
    lists = {
        name: [action for action in _tuple(row[name]) if action in known]
        for name in ("after", "since", "other_than")
        if name in row
    }
    return {**row, **lists}


def _newest(rows: list[dict[str, Any]], on: date) -> dict[str, Any] | None:
    in_force = [
        row for row in rows if row["since"] <= on and (row.get("until") is None or on <= row["until"])
    ]
    return max(in_force, key=lambda row: row["since"], default=None)


def _built(content: Mapping[str, Any]) -> Procedure:
    states = {
        key: State(key, row["title"], row.get("plain", ""), bool(row.get("end")))
        for key, row in content["states"].items()
    }
    return Procedure(
        matter=content["matter"],
        title=content["title"],
        law=content.get("law", ""),
        since=content["since"],
        states=states,
        transitions=tuple(_transition(row) for row in content["steps"]),
        limits={key: _limit(key, row) for key, row in content.get("limits", {}).items()},
        initial=content.get("initial", next(iter(states))),
        publicity=content.get("publicity", {}),
        terms=content.get("terms", {}),
        benefits=_tuple(content.get("benefits", ())),
        intake=content.get("intake", {}),
    )


def _transition(row: Mapping[str, Any]) -> Transition:
    values: dict[str, Any] = {key: _tuple(value) if key in _LISTS else value for key, value in row.items()}
    values["sources"] = values.pop("from")
    values["target"] = values.pop("to")
    return Transition(**values)


_LISTS = {"from", "who", "after", "since", "other_than", "starts", "stops", "pauses", "resumes", "papers"}


def _tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _limit(key: str, row: Mapping[str, Any]) -> Limit:
    return Limit(
        key=key,
        title=row["title"],
        number=int(row["limit"]),
        unit=UNITS[row["unit"]],
        special=row.get("special", {}),
        law=row.get("law", ""),
        is_duty_to_wait=bool(row.get("wait")),
    )


def _overlaid(base: Procedure, overlay: Mapping[str, Any]) -> Procedure:
    """A locality's limits, takers and terms over a procedure; ways themselves come from the law alone."""
    limits = dict(base.limits)
    for key, row in overlay.get("limits", {}).items():
        limits[key] = _limit(key, {"title": limits[key].title if key in limits else key, **row})
    takers: Mapping[str, Any] = overlay.get("who", {})
    steps = tuple(
        replace(step, who=_tuple(takers[step.action])) if step.action in takers else step
        for step in base.transitions
    )
    return replace(
        base,
        limits=limits,
        transitions=steps,
        law="；".join(text for text in (base.law, overlay.get("law", "")) if text),
        publicity={**base.publicity, **overlay.get("publicity", {})},
        terms={**base.terms, **overlay.get("terms", {})},
        intake={**base.intake, **overlay.get("intake", {})},
    )


def from_data(declared: Mapping[str, Any]) -> Procedure:
    """The procedure that `as_data` wrote down."""
    return _built({**declared, "since": date.fromisoformat(declared["since"])})
