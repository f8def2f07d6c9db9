"""A department's list about some people of the demonstration city, with the errors that such lists have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pyarrow as pa

from anmin.kernel.people.loading import Home, Newcomer

ALIKE = dict(
    zip(
        "伟英芳军强华明杰兰霞平玲丽静涛敏娜秀梅红波建国文林海云",
        "玮瑛方君墙桦铭洁蓝瑕萍铃莉靖韬闽那绣枚洪博健囯纹琳嗨芸",
        strict=True,
    )
)
"""Characters that are taken for one another by ear."""
ROWS = 12


def misspelt_list(homes: Iterable[Home], town: str, on: date) -> pa.Table:
    """Some grown-ups of a town as another department wrote them down (`matching.preparing.COLUMNS`).

    In turns: no number and a name written by ear; no number, no address and another telephone; a number with a wrong
    digit; no number and another day of birth; the right number under a name written by ear.
    """
    rows: list[dict[str, str]] = []
    for home in homes:
        if not home.division.startswith(town):
            continue
        grown = [one for one in home.people if one.birth_day < on - timedelta(days=18 * 366)]
        for one in grown[:1]:
            rows.append(_row(len(rows), one, home))
        if len(rows) == ROWS:
            break
    return pa.Table.from_pylist(rows)


def _row(at: int, one: Newcomer, home: Home) -> dict[str, str]:
    row = {
        "key": f"CJ{at + 1:04d}",
        "name": one.name,
        "number": "",
        "birth_day": one.birth_day.isoformat(),
        "sex": str(one.sex),
        "division": home.division,
        "address": home.address,
        "phone": one.phone,
        "former": "",
    }
    by_ear = "".join(ALIKE.get(letter, letter) for letter in one.name[1:])
    kind = at % 5
    if kind in (0, 4):
        row["name"] = one.name[0] + (by_ear if by_ear != one.name[1:] else by_ear[:-1] + "某")
    if kind == 1:
        row |= {"address": "", "phone": "13800000000"}
    if kind == 2:
        wrong = str((int(one.number[9]) + 1) % 10)
        row |= {"number": one.number[:9] + wrong + one.number[10:], "phone": ""}
    if kind == 3:
        row["birth_day"] = (one.birth_day + timedelta(days=30)).isoformat()
    if kind == 4:
        row["number"] = one.number
    return row
