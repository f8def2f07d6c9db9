"""Names, telephones and addresses of the demonstration city: invented, drawn by a seed, nobody's."""

from __future__ import annotations

import numpy as np

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈姜崔"
WOMEN = "秀兰英桂玉珍凤梅芳丽淑红艳玲霞娟静敏燕萍洁琳雪婷欣怡雨涵诗瑶思佳"
MEN = "建国志强伟军明平文华德海永春生福成金荣辉刚涛鹏飞斌磊浩宇轩博子俊杰"
ROADS = [
    "海滨路",
    "文化路",
    "幸福街",
    "新华路",
    "青岛路",
    "和平里",
    "学府路",
    "渔港街",
    "胜利街",
    "解放路",
    "东山路",
    "南苑里",
]
TWO_CHARACTERS = 0.14
"""The share of names of two characters among the Han (published in 2007)."""


def draw_surnames(rng: np.random.Generator, count: int) -> list[str]:
    """Surnames by falling commonness."""
    weight = 1.0 / (np.arange(len(SURNAMES)) + 3.0)
    return [SURNAMES[at] for at in rng.choice(len(SURNAMES), count, p=weight / weight.sum())]


def draw_given(rng: np.random.Generator, is_woman: np.ndarray) -> list[str]:
    """Given names of one or two characters."""
    count = len(is_woman)
    first, second = rng.random(count), rng.random(count)
    short = rng.random(count) < TWO_CHARACTERS
    names = []
    for at in range(count):
        letters = WOMEN if is_woman[at] else MEN
        one = letters[int(first[at] ** 1.5 * len(letters))]
        names.append(one if short[at] else one + letters[int(second[at] ** 1.5 * len(letters))])
    return names


def draw_phones(rng: np.random.Generator, serials: np.ndarray, age: np.ndarray) -> list[str]:
    """Telephones in the 190-0 block counted up by serial; children and one old person in four have none."""
    none = (age < 14) | ((age >= 70) & (rng.random(len(age)) < 0.25))
    return ["" if none[at] else f"190{int(serials[at]) % 100_000_000:08d}" for at in range(len(age))]


def draw_addresses(rng: np.random.Generator, count: int) -> list[str]:
    """A road, a house and a room."""
    road, house, room = (
        rng.integers(0, len(ROADS), count),
        rng.integers(1, 200, count),
        rng.integers(1, 30, count),
    )
    return [f"{ROADS[road[at]]} {house[at]} 号 {room[at]} 室" for at in range(count)]
