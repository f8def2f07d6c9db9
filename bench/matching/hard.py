"""Ten thousand pairs that look alike and are two persons: twins, and namesakes born on the same day.

Every left row is somebody who is not on the right; on the right stands the twin or the namesake. Some rows have no
number, some an unreadable one, some by mistake that of the twin. A safe proposal here is always wrong.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from anmin.kernel.facts.demo.numbers import identity_numbers
from bench.matching.city import draw_people
from bench.matching.names import FEMALE, MALE, homophones

KINDS = (
    "twin",
    "twin alike",
    "twin homophone",
    "twin's number",
    "twin's number mistyped",
    "namesake",
    "namesake near by",
    "namesake sharing the cadre's telephone",
    "father and son",
    "namesake, numbers one digit apart",
)


def draw_hard(
    count: int = 10_000, others: int = 100_000, *, seed: int = 7
) -> tuple[pa.Table, pa.Table, list[str]]:
    """Left rows, right rows (their doubles among `others` ordinary people), and the kind of each left row."""
    rng = np.random.default_rng(seed)
    right = draw_people(rng, others)
    people = right.to_pylist()
    doubles = rng.choice(others, count, replace=False)
    rows, kinds = [], []
    for place, double in enumerate(doubles):
        kind = KINDS[place % len(KINDS)]
        rows.append(_other(rng, people[double], kind, place))
        kinds.append(kind)
    return (
        pa.Table.from_pylist(rows, schema=right.schema),
        pa.Table.from_pylist(people, schema=right.schema),
        kinds,
    )


def _other(rng: np.random.Generator, double: dict[str, str], kind: str, place: int) -> dict[str, str]:
    row = {**double, "key": f"L{place}"}
    name, number = double["name"], ""
    pool = FEMALE if row["sex"] == "女" else MALE
    fresh = pool[rng.integers(len(pool))]
    if kind == "twin":
        row["name"] = name[0] + _not(rng, pool, name[1:]) + _not(rng, pool, name[1:])
    elif kind == "twin alike":
        row["name"] = name[:-1] + _not(rng, pool, name[-1])
    elif kind == "twin homophone":
        same = homophones(name[-1]).replace(name[-1], "")
        row["name"] = name[:-1] + (same[rng.integers(len(same))] if same else _not(rng, pool, name[-1]))
    elif kind.startswith("twin's number"):
        row["name"] = name[:-1] + _not(rng, pool, name[-1])
        number = double["number"]
        if kind.endswith("mistyped"):
            number = number[:15] + str((int(number[15]) + 1) % 10) + number[16:]
    elif kind == "father and son":
        year = int(row["birth_day"][:4])
        row["birth_day"] = f"{year - 27 if year > 1960 else year + 27}{row['birth_day'][4:]}"
        row["name"] = name[0] + fresh + name[-1]
    else:
        row["address"], row["phone"] = f"光明路{rng.integers(1, 999)}号{rng.integers(101, 999)}室", ""
        if kind != "namesake near by":
            row["division"] = "990009" + double["division"][6:]
        if kind.endswith("telephone"):
            row["phone"] = double["phone"] = f"15999999{place // 200:03d}"
        if kind.endswith("apart"):
            number = _valid_neighbour(row, place)
            double["number"] = _nearly(number)
    row["number"] = number
    return row


def _not(rng: np.random.Generator, pool: str, avoid: str) -> str:
    choice = pool[rng.integers(len(pool))]
    while choice in avoid:
        choice = pool[rng.integers(len(pool))]
    return choice


def _valid_neighbour(row: dict[str, str], place: int) -> str:
    day = int(row["birth_day"].replace("-", ""))
    sex = np.array([2 if row["sex"] == "女" else 1])
    return str(identity_numbers(np.array([day]), sex, np.array([4_500_000 + place]))[0].as_py())


def _nearly(number: str) -> str:
    """Another valid number: the sequence one place on, with its own check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    sequence = (int(number[14:17]) + 2) % 1000
    first = f"{number[:14]}{sequence:03d}"
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]
