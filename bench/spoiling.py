"""Twenty ways in which a row of pensions goes wrong, and files that hold them; shared with the tests."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

from anmin.lib.identifiers import check_digit

HEADING = ["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"]
Row = list[str]
Spoil = Callable[[Row], Row]


def _number(change: Callable[[str], str]) -> Spoil:
    return lambda row: [change(row[0]), *row[1:]]


def _cell(at: int, text: str) -> Spoil:
    return lambda row: [*row[:at], text, *row[at + 1 :]]


WAYS: list[tuple[str, Spoil]] = [
    ("id_check", _number(lambda number: number[:-1] + ("1" if number[-1] != "1" else "2"))),
    ("missing", _number(lambda number: "")),
    ("id_length", _number(lambda number: number[:-2])),
    ("id_scientific", _number(lambda number: "9.90001E+17")),
    ("formula", _number(lambda number: f'="{number}"')),
    ("too_long", _number(lambda number: number * 40)),
    ("missing", _cell(1, "")),
    ("bad_name", _cell(1, "A1")),
    ("bad_name", _cell(1, "王12")),
    ("too_long", _cell(1, "王" * 300)),
    ("not_a_number", _cell(2, "很多")),
    ("negative", _cell(2, "-5")),
    ("too_precise", _cell(2, "1.234")),
    ("too_large", _cell(2, "999999999999999")),
    ("formula", _cell(2, "=1+1")),
    ("excel_error", _cell(2, "#REF!")),
    ("not_a_number", _cell(3, "NaN")),
    ("not_a_number", _cell(3, "Infinity")),
    ("excel_error", _cell(3, "#N/A")),
    ("extra_cells", lambda row: [*row, "多一格"]),
]
"""The code that each way must get, and what it does to a row."""


def number_of_nobody(at: int) -> str:
    """A valid identity number of a division that does not exist."""
    birth = date(1940 + at // 400_000, 1 + at // 30_000 % 12, 2)
    first = f"{990000 + at % 10_000:06d}{birth:%Y%m%d}{at // 10_000 % 500 * 2 + 1:03d}"
    return first + check_digit(first)


def write_pensions(path: Path, count: int, every: int) -> dict[int, str]:
    """A file of so many rows, one in `every` spoiled, the ways in turn; each spoiled row's code by its number."""
    spoiled: dict[int, str] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADING)
        for at in range(count):
            row = [number_of_nobody(at), "王秀英", "12000.50", "220"]
            if at % every == every // 2:
                code, spoil = WAYS[len(spoiled) % len(WAYS)]
                spoiled[at + 2] = code
                row = spoil(row)
            out.writerow(row)
    return spoiled
