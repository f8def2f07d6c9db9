"""A register of invented people and a department's list of some of them, with errors planted on purpose.

The true pairs are known. Numbers begin with 99, which no division has, and belong to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from anmin.kernel.facts.demo.numbers import identity_numbers
from bench.matching.errors import spoilt
from bench.matching.names import RARE, draw_minority, draw_names

TODAY = 2026
COUNTIES = 5
TOWNS = 12
VILLAGES = 15
ROADS = ("幸福路", "和平街", "建设路", "人民路", "文化路", "海滨路", "青年路", "解放街", "东山路", "新华街")


@dataclass
class Cities:
    """`left` and `right` as the matcher takes them; `truth` gives for each left row its right key, or ''.

    `groups` are masks over the left rows: who may be found less well than others.
    """

    left: pa.Table
    right: pa.Table
    truth: list[str]
    groups: dict[str, np.ndarray] = field(default_factory=dict)


def draw_city(right: int, left: int, *, seed: int = 1, with_numbers: bool = True) -> Cities:
    """A register of `right` persons and a list of `left` rows; one in ten of the list is not in the register."""
    rng = np.random.default_rng(seed)
    known = int(left * 0.9)
    people = draw_people(rng, right + left - known)
    register = people.slice(0, right)
    chosen = rng.choice(right, known, replace=False)
    strangers = people.slice(right)
    strangers = _namesakes(rng, strangers, register)
    taken = pa.concat_tables([register.take(pa.array(chosen)), strangers])
    order = rng.permutation(len(taken))
    truth = np.array([*(f"R{row}" for row in chosen), *[""] * len(strangers)])[order]
    taken = taken.take(pa.array(order))
    rows = spoilt(rng, taken, with_numbers=with_numbers)
    names = taken["name"].to_pylist()
    phones = rows["phone"].to_pylist()
    born = np.array([int(day[:4]) for day in taken["birth_day"].to_pylist()])
    groups = {
        "rare": np.array([any(one in RARE for one in name) for name in names]),
        "minority": np.array(["·" in name for name in names]),
        "elderly": TODAY - born >= 70,
        "no_phone": np.array([not phone for phone in phones]),
    }
    rows = rows.set_column(0, "key", pa.array([f"L{row}" for row in range(len(rows))]))
    register = _kept(rng, register)
    return Cities(rows, register, truth.tolist(), groups)


def draw_people(rng: np.random.Generator, count: int) -> pa.Table:
    """Persons in families: one surname in most, one address, often one telephone; some of the children are twins."""
    sizes = rng.choice(np.arange(1, 6), count, p=[0.25, 0.3, 0.25, 0.15, 0.05])
    home = np.repeat(np.arange(count), sizes)[:count]
    position = np.arange(count) - np.searchsorted(home, home)
    female = rng.random(count) < 0.49
    female = np.where(position == 1, ~np.roll(female, 1), female)
    birth = _birth_days(rng, home, position)
    twin = (
        (position >= 2) & (np.roll(position, 1) == position - 1) & (position > 2) & (rng.random(count) < 0.06)
    )
    birth = np.where(twin, np.roll(birth, 1), birth)
    names, surname = draw_names(rng, female)
    family = surname[np.searchsorted(home, home)]
    names, _ = draw_names(rng, female, np.where(position == 1, surname, family))
    text = np.array(names.to_pylist(), dtype=object)
    rare = rng.random(count) < 0.012
    text[rare] = [
        name[:-1] + RARE[which]
        for name, which in zip(text[rare], rng.integers(0, len(RARE), rare.sum()), strict=True)
    ]
    minority = rng.random(count) < 0.015
    text[minority] = draw_minority(rng, int(minority.sum()))
    village = rng.integers(0, COUNTIES * TOWNS * VILLAGES, count)[home]
    county, rest = village // (TOWNS * VILLAGES), village % (TOWNS * VILLAGES)
    division = (
        990_000_000_000 + (county + 1) * 1_000_000 + (rest // VILLAGES + 1) * 1_000 + rest % VILLAGES + 1
    )
    road, gate, flat = (
        rng.integers(0, len(ROADS), count),
        rng.integers(1, 400, count),
        rng.integers(101, 2604, count),
    )
    address = [f"{ROADS[road[h]]}{gate[h]}号{flat[h]}室" for h in home]
    return pa.table(
        {
            "key": [f"R{row}" for row in range(count)],
            "name": pa.array(text, pa.string()),
            "number": identity_numbers(birth, np.where(female, 2, 1), np.arange(count)),
            "birth_day": [f"{day // 10000}-{day // 100 % 100:02d}-{day % 100:02d}" for day in birth],
            "sex": np.where(female, "女", "男"),
            "division": division.astype(str),
            "address": address,
            "phone": _phones(rng, home, position, birth, village),
            "former": [""] * count,
        }
    )


def _birth_days(rng: np.random.Generator, home: np.ndarray, position: np.ndarray) -> np.ndarray:
    head = rng.normal(1972, 17, len(home)).clip(1925, 2004)[home]
    year = np.where(
        position == 0, head, np.where(position == 1, head + rng.normal(1, 3, len(home)), head + 27 + position)
    )
    year = np.where(year > 2025, head - 26, year).clip(1920, 2025).astype(np.int64)
    return year * 10_000 + rng.integers(1, 13, len(home)) * 100 + rng.integers(1, 29, len(home))


def _phones(
    rng: np.random.Generator, home: np.ndarray, position: np.ndarray, birth: np.ndarray, village: np.ndarray
) -> list[str]:
    """Children and some old people give the family's number, some old people the village cadre's, some give none."""
    count, age = len(home), TODAY - birth // 10_000
    own = 13_000_000_000 + rng.permutation(count * 3)[:count] * 7
    shared = (age < 16) | (rng.random(count) < 0.08) | (age > 70) & (rng.random(count) < 0.3)
    numbers = np.where(shared, own[np.searchsorted(home, home)], own)
    cadre = 15_900_000_000 + village
    numbers = np.where((age > 65) & (rng.random(count) < 0.12), cadre, numbers)
    none = rng.random(count) < np.where(age > 70, 0.2, 0.04)
    return ["" if silent else str(number) for silent, number in zip(none, numbers, strict=True)]


def _namesakes(rng: np.random.Generator, strangers: pa.Table, register: pa.Table) -> pa.Table:
    """One stranger in twenty bears the name and birth date of somebody in the register, one in forty is a twin."""
    columns = {name: strangers[name].to_pylist() for name in strangers.column_names}
    rows = rng.choice(len(register), len(strangers), replace=False)
    for place in range(len(strangers)):
        draw = place % 40
        if draw > 2:
            continue
        same = register.slice(int(rows[place]), 1).to_pylist()[0]
        columns["birth_day"][place], columns["sex"][place] = same["birth_day"], same["sex"]
        year = int(same["birth_day"].replace("-", ""))
        number = identity_numbers(
            np.array([year]), np.array([2 if same["sex"] == "女" else 1]), np.array([4_000_000 + place])
        )
        columns["number"][place] = number[0].as_py()
        if draw < 2:
            columns["name"][place] = same["name"]
        else:
            for one in ("division", "address", "phone"):
                columns[one][place] = same[one]
            columns["name"][place] = same["name"][0] + columns["name"][place][1:]
    return pa.table(columns)


def _kept(rng: np.random.Generator, register: pa.Table) -> pa.Table:
    """The register has faults of its own: numbers missing or wrong, telephones and addresses not kept up."""
    columns = {name: register[name].to_pylist() for name in register.column_names}
    draw = rng.random((4, len(register)))
    for row in np.flatnonzero(draw[0] < 0.015):
        columns["number"][row] = ""
    for row in np.flatnonzero((draw[0] >= 0.015) & (draw[0] < 0.019)):
        number = columns["number"][row]
        columns["number"][row] = number[:5] + str((int(number[5]) + 3) % 10) + number[6:]
    for row in np.flatnonzero(draw[1] < 0.05):
        columns["address"][row] = ""
    for row in np.flatnonzero(draw[2] < 0.06):
        columns["phone"][row] = ""
    # Names changed since: half of those whom a list knows by an earlier name have it here as a former name.
    return pa.table(columns)
