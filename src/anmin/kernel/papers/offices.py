"""Offices that issue papers and answer for them (发文机关): a locality's `office.yaml`, else what the division's name gives.

`packs/papers/<division>/office.yaml` may give `name`, `address`, `phone`, `hours`, and for a county `review_at` and
`court_at`. An address that nobody entered stays empty: it is never guessed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from anmin.kernel.divisions.queries import name_of
from anmin.kernel.papers.data import Office, Remedy
from anmin.kernel.papers.kinds import declared_in
from anmin.kernel.papers.words import PaperProblem
from anmin.lib.divisions import DivisionLevel, ancestors, level_of

KNOWN = frozenset({"name", "address", "phone", "hours", "review_at", "court_at"})


def town_office(division: str, on: date) -> Office:
    """The town or street office that receives applications of a division; the county's where there is none."""
    code = _at(division, DivisionLevel.TOWN)
    if code is None:
        return county_office(division, on)
    name = name_of(code, on)
    return _office(code, f"{name}{'办事处' if name.endswith('街道') else '人民政府'}")


def county_office(division: str, on: date) -> Office:
    """The county's bureau of civil affairs.

    Raises:
        PaperProblem: for a division above the counties.
    """
    code = _county(division)
    return _office(code, f"{name_of(code, on)}民政局")


def remedy(division: str, on: date) -> Remedy:
    """Where to turn against a decision taken in a county: its government and its court, unless the place says otherwise."""
    code = _county(division)
    said, name = _declared(code), name_of(code, on)
    return Remedy(said.get("review_at", f"{name}人民政府"), said.get("court_at", f"{name}人民法院"))


def _county(division: str) -> str:
    code = _at(division, DivisionLevel.COUNTY)
    if code is None:
        raise PaperProblem(f"区划 {division} 不属于任何一个县区，不知道由哪个民政局发文")
    return code


def _at(division: str, level: DivisionLevel) -> str | None:
    return next((code for code in ancestors(division) if level_of(code) is level), None)


def _office(code: str, usual: str) -> Office:
    said = _declared(code)
    return Office(
        said.get("name", usual), *(str(said.get(name, "")) for name in ("address", "phone", "hours"))
    )


def _declared(code: str) -> dict[str, Any]:
    said = declared_in(code, "office.yaml")
    if strange := sorted(set(said) - KNOWN):
        raise PaperProblem(
            f"{code}/office.yaml 里没有 {'、'.join(strange)} 这些项；有：{'、'.join(sorted(KNOWN))}"
        )
    return said
