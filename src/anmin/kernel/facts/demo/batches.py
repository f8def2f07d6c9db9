"""A few batches as departments might send them for the demonstration city, with rows that need correcting."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from anmin.kernel.people.loading import Home, Newcomer
from anmin.lib.calendar import add_months

HOMES = 900
MONTHS, OUT = 5, 3
"""Months of lists, and of how many at the end those who lost their work are missing from the insured."""
BILLS = [
    *("身份证号", "姓名", "单次住院个人负担（元）", "当月个人负担（元）"),
    *("其中政策范围内（元）", "大病慢特病备案", "月末连续住院天数"),
]


@dataclass(frozen=True)
class DemoBatch:
    """A file to be taken in: source, period, path."""

    source: str
    period: str
    path: Path


def write_batches(folder: Path, homes: Iterator[Home], on: date) -> list[DemoBatch]:
    """Files of pensions, disability certificates and property of the first households, some rows spoilt, and months."""
    people = [person for home in islice(homes, HOMES) for person in home.people]
    month = f"{on.year}-{on.month - 1:02d}" if on.month > 1 else f"{on.year - 1}-12"
    old = [person for person in people if on.year - person.birth_day.year >= 60]
    files = [
        DemoBatch("pensions", month, folder / f"ylj_{month}.csv"),
        DemoBatch("disability", month, folder / f"cjr_{month}.csv"),
        DemoBatch("real_estate", month, folder / f"bdc_{month}.csv"),
    ]
    _write(
        files[0].path,
        ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"],
        [
            [p.number, p.name, "", "220"] if at % 3 else [p.number, p.name, "38400", ""]
            for at, p in enumerate(old)
        ],
        {7: (2, "三万"), 19: (0, "9.9E+17"), 31: (1, "")},
    )
    _write(
        files[1].path,
        ["身份证号", "姓名", "残疾类别", "残疾等级", "有效期止"],
        [[p.number, p.name, "肢体", str(1 + at % 4), "2030-12-31"] for at, p in enumerate(old[::9])],
        {4: (4, "2030-02-30")},
    )
    _write(
        files[2].path,
        ["身份证号", "姓名", "住房套数", "非住宅类房产数"],
        [[p.number, p.name, "1", "0"] for p in _heads(people)],
        {12: (2, "-1"), 40: (0, "")},
    )
    return [*files, *_monthly(folder, people, on)]


def _monthly(folder: Path, people: list[Newcomer], on: date) -> list[DemoBatch]:
    """What monitoring reads by the month: settlements, insurance and calls, with some families in trouble at the end."""
    grown = [p for p in people if 25 <= on.year - p.birth_day.year < 58]
    files = []
    for back in range(MONTHS, 0, -1):
        day = add_months(on.replace(day=1), -back)
        month, is_last = f"{day:%Y-%m}", back == 1
        bills = [
            [p.number, p.name, *[str(_bill(at, is_last))] * 3, "否", "12" if is_last and not at % 61 else "0"]
            for at, p in enumerate(people)
            if not at % 4 or not at % 61
        ]
        paid = [[p.number, p.name, "是"] for at, p in enumerate(grown) if at % 3 and (back > OUT or at % 43)]
        files += [
            _table(folder, "medical_month", month, BILLS, bills),
            _table(folder, "insured_month", month, ["身份证号", "姓名", "当月缴费"], paid),
        ]
        if is_last:
            calls = [[p.number, p.name, "2"] for p in grown[7::120]]
            files.append(_table(folder, "hotline_month", month, ["身份证号", "姓名", "求助件数"], calls))
    return files


def _bill(at: int, is_last: bool) -> int:
    return 24_000 + at % 9_000 if is_last and not at % 61 else 60 + at % 700


def _table(folder: Path, source: str, month: str, heading: list[str], rows: list[list[str]]) -> DemoBatch:
    path = folder / f"{source}_{month}.csv"
    _write(path, heading, rows, {})
    return DemoBatch(source, month, path)


def _heads(people: list[Newcomer]) -> list[Newcomer]:
    return [person for person in people if person.relation == 0]


def _write(path: Path, heading: list[str], rows: list[list[str]], spoilt: dict[int, tuple[int, str]]) -> None:
    for at, (column, text) in spoilt.items():
        if at < len(rows):
            rows[at][column] = text
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(heading)
        out.writerows(rows)
