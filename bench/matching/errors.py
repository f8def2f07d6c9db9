"""Errors as clerks, old systems and time make them, planted into a list of persons."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from bench.matching.names import ALIKE, MALE, RARE, TURNED, homophones

WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
Row = dict[str, str]
Spoil = Callable[[np.random.Generator, Row], None]


def spoilt(rng: np.random.Generator, people: pa.Table, *, with_numbers: bool) -> pa.Table:
    """The list: every row draws its errors on its own; half of the rows are without any."""
    rows: list[Row] = people.to_pylist()
    draws = rng.random((len(rows), 6))
    for row, draw in zip(rows, draws, strict=True):
        for value, errors in zip(draw, (NUMBER, NAME, BIRTH, PHONE, ADDRESS, SEX), strict=True):
            for share, spoil in errors:
                if value < share:
                    spoil(rng, row)
                    break
                value -= share
        if not with_numbers:
            row["number"] = ""
    return pa.Table.from_pylist(rows, schema=people.schema)


def _cleared(field: str) -> Spoil:
    def spoil(rng: np.random.Generator, row: Row) -> None:
        row[field] = ""

    return spoil


def _fifteen(rng: np.random.Generator, row: Row) -> None:
    if row["number"][6:8] == "19":
        row["number"] = row["number"][:6] + row["number"][8:17]


def _loose(rng: np.random.Generator, row: Row) -> None:
    number = row["number"]
    row["number"] = (number.translate(WIDE), number.lower(), f" {number[:6]} {number[6:14]} {number[14:]}")[
        rng.integers(3)
    ]


def _letter(rng: np.random.Generator, row: Row) -> None:
    row["number"] = row["number"].replace("0", "O", 1)


def _digit(rng: np.random.Generator, row: Row) -> None:
    place = int(rng.integers(2, 17))
    row["number"] = _with(row["number"], place, (int(row["number"][place]) + int(rng.integers(1, 10))) % 10)


def _swap(rng: np.random.Generator, row: Row) -> None:
    number, place = row["number"], int(rng.integers(2, 16))
    row["number"] = number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _two_digits(rng: np.random.Generator, row: Row) -> None:
    _digit(rng, row)
    _digit(rng, row)


def _homophone(rng: np.random.Generator, row: Row) -> None:
    name = row["name"]
    for place in range(len(name) - 1, 0, -1):
        if choices := homophones(name[place]):
            row["name"] = _with(name, place, choices[rng.integers(len(choices))])
            return


def _alike(rng: np.random.Generator, row: Row) -> None:
    for letter, other in ALIKE.items():
        if letter in row["name"][1:]:
            row["name"] = row["name"][0] + row["name"][1:].replace(letter, other, 1)
            return


def _renamed(rng: np.random.Generator, row: Row) -> None:
    row["name"] = row["name"][0] + "".join(rng.choice(list(MALE), 2))


def _rare(rng: np.random.Generator, row: Row) -> None:
    """Not a mistake of the clerk: the old system had no such character. A dot is lost in the same systems."""
    for letter in RARE:
        if letter in row["name"]:
            shape = ("?", "\ue815", "〓", "(上龙下天)", "yan")[rng.integers(5)]
            row["name"] = row["name"].replace(letter, shape)
    if "·" in row["name"]:
        row["name"] = (
            row["name"].replace("·", ""),
            row["name"].replace("·", "•"),
            row["name"].translate(TURNED),
        )[rng.integers(3)]


def _placeholder(rng: np.random.Generator, row: Row) -> None:
    row["birth_day"] = row["birth_day"][:4] + "-01-01"


def _swapped_day(rng: np.random.Generator, row: Row) -> None:
    year, month, day = row["birth_day"].split("-")
    if int(day) <= 12:
        row["birth_day"] = f"{year}-{day}-{month}"


def _wrong_day(rng: np.random.Generator, row: Row) -> None:
    year, month, day = row["birth_day"].split("-")
    if rng.random() < 0.5:
        row["birth_day"] = f"{year[:3]}{(int(year[3]) + 1) % 10}-{month}-{day}"
    else:
        row["birth_day"] = f"{year}-{month}-{(int(day) + 9) % 28 + 1:02d}"


def _new_phone(rng: np.random.Generator, row: Row) -> None:
    row["phone"] = str(18_000_000_000 + int(rng.integers(0, 999_999_999)))


def _moved(rng: np.random.Generator, row: Row) -> None:
    row["address"] = f"长安街{rng.integers(1, 900)}号{rng.integers(101, 2604)}室"
    row["division"] = row["division"][:6] + f"{rng.integers(1, 13):03d}{rng.integers(1, 16):03d}"


def _written_otherwise(rng: np.random.Generator, row: Row) -> None:
    row["address"] = "示例省示例市" + row["address"].replace("号", "号 ").replace("室", "")


def _other_sex(rng: np.random.Generator, row: Row) -> None:
    row["sex"] = "女" if row["sex"] == "男" else "男"


def _with(text: str, place: int, letter: object) -> str:
    return text[:place] + str(letter) + text[place + 1 :]


NUMBER: tuple[tuple[float, Spoil], ...] = (
    (0.05, _cleared("number")),
    (0.010, _fifteen),
    (0.010, _loose),
    (0.003, _letter),
    (0.006, _digit),
    (0.005, _swap),
    (0.003, _two_digits),
)
NAME: tuple[tuple[float, Spoil], ...] = (
    (0.015, _homophone),
    (0.006, _alike),
    (0.006, _renamed),
    (0.5, _rare),
)
BIRTH: tuple[tuple[float, Spoil], ...] = (
    (0.015, _placeholder),
    (0.008, _swapped_day),
    (0.015, _wrong_day),
    (0.01, _cleared("birth_day")),
)
PHONE: tuple[tuple[float, Spoil], ...] = ((0.12, _new_phone), (0.10, _cleared("phone")))
ADDRESS: tuple[tuple[float, Spoil], ...] = (
    (0.06, _moved),
    (0.08, _cleared("address")),
    (0.10, _written_otherwise),
)
SEX: tuple[tuple[float, Spoil], ...] = ((0.003, _other_sex),)
