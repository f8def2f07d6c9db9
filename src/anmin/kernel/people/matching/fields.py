"""What two rows are compared by (比对项): for each field the degrees of agreement, as SQL and as words for a clerk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

STAND_IN = "〓"
"""Takes the place of a character that an old system could not write, and of a rare character itself."""
SHARED_PHONE = 5
"""A number that more than so many persons gave (a village cadre's, a home's) says nothing about who somebody is."""


@dataclass(frozen=True)
class Level:
    """One degree of agreement. `sql` compares columns `x_l` and `x_r`; the first level that holds is taken.

    `equal` names the column that must be equal, so that the share of strangers who agree can be counted instead
    of sampled; `frequency` the column whose commonness weighs in: sharing 王伟 says less than sharing 欧阳漱玉.
    """

    code: str
    sql: str
    words: Any
    equal: str = ""
    frequency: str = ""


@dataclass(frozen=True)
class Field:
    """A field of a person with its levels, from the strongest; `unknown` holds when it cannot be compared."""

    name: str
    title: Any
    unknown: str
    levels: tuple[Level, ...]
    otherwise: Any

    @property
    def all(self) -> tuple[Level, ...]:
        """The levels with the last one, for everything else."""
        return (*self.levels, Level("other", "ELSE", self.otherwise))

    def words(self, code: str) -> str:
        """The words for a code; for `unknown` that one side is silent."""
        if code == "unknown":
            return str(_("至少一边没有填写，无法比较"))
        return str(next(level.words for level in self.all if level.code == code))

    def case(self) -> str:
        """A CASE expression that gives the code of the level."""
        rows = [f"WHEN {level.sql} THEN '{level.code}'" for level in self.levels]
        return f"CASE WHEN {self.unknown} THEN 'unknown' {' '.join(rows)} ELSE 'other' END"

    def code_of(self, gamma: int) -> str:
        """The code of a Splink comparison value: -1 is unknown, the strongest level has the highest value."""
        return "unknown" if gamma < 0 else self.all[len(self.levels) - gamma].code


NAME = Field(
    "name",
    _("姓名"),
    "skeleton_l IS NULL OR skeleton_r IS NULL",
    (
        Level("same", "name_l = name_r", _("相同"), "name", "name"),
        Level(
            "former",
            "contains(former_r, '|' || name_l || '|') OR contains(former_l, '|' || name_r || '|')",
            _("一边的姓名是另一边的曾用名"),
        ),
        Level(
            "standin",
            f"skeleton_l = skeleton_r AND contains(skeleton_l, '{STAND_IN}')",
            _("除生僻字用代字外相同"),
            "skeleton",
            "skeleton",
        ),
        Level(
            "hidden",
            f"name_l IS NULL AND name_r LIKE replace(skeleton_l, '{STAND_IN}', '_')"
            f" OR name_r IS NULL AND name_l LIKE replace(skeleton_r, '{STAND_IN}', '_')",
            _("有一个字没能写出，其余相同"),
        ),
        Level("transcribed", "folded_l = folded_r", _("译音用字不同"), "folded", "folded"),
        Level("sound", "pinyin_l = pinyin_r", _("同音不同字"), "pinyin", "pinyin"),
        Level(
            "near",
            "surname_l = surname_r AND (levenshtein(name_l, name_r) = 1 AND length(name_l) > 2"
            " OR length(name_l) >= 5 AND levenshtein(name_l, name_r) <= length(name_l) / 4"
            " OR jaro_winkler_similarity(name_l, name_r) >= 0.9"
            " OR levenshtein(pinyin_l, pinyin_r) <= 1)",
            _("相近，差一个字或一个音"),
        ),
        Level("given", "substr(name_l, 2) = substr(name_r, 2) AND length(name_l) > 2", _("姓不同，名相同")),
    ),
    _("不同"),
)
BIRTH = Field(
    "birth",
    _("出生日期"),
    "birth_l IS NULL OR birth_r IS NULL",
    (
        Level("same", "birth_l = birth_r", _("相同"), "birth"),
        Level(
            "placeholder",
            "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) AND (birth_l LIKE '%0101' OR birth_r LIKE '%0101')",
            _("年份相同，一边的月日是 1 月 1 日（多为代填）"),
        ),
        Level(
            "swapped",
            "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
            " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2)",
            _("月和日颠倒"),
        ),
        Level("digit", "damerau_levenshtein(birth_l, birth_r) = 1", _("差一位数字或相邻两位颠倒")),
        Level("year", "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)", _("只有年份相同")),
        Level("day", "substr(birth_l, 5) = substr(birth_r, 5)", _("月日相同，年份不同")),
    ),
    _("不同"),
)
SEX = Field(
    "sex",
    _("性别"),
    "sex_l IS NULL OR sex_r IS NULL",
    (Level("same", "sex_l = sex_r", _("相同"), "sex"),),
    _("不同"),
)
PLACE = Field(
    "place",
    _("住址"),
    "(address_l IS NULL OR address_r IS NULL) AND (division_l IS NULL OR division_r IS NULL)",
    (
        Level("address", "address_l = address_r", _("门牌相同"), "address"),
        Level(
            "village",
            "substr(division_l, 1, 12) = substr(division_r, 1, 12) AND length(division_l) >= 12",
            _("同一村（社区）"),
        ),
        Level(
            "town",
            "substr(division_l, 1, 9) = substr(division_r, 1, 9) AND length(division_l) >= 9",
            _("同一街镇"),
        ),
        Level("county", "substr(division_l, 1, 6) = substr(division_r, 1, 6)", _("同一区县")),
    ),
    _("不同"),
)
PHONE = Field(
    "phone",
    _("电话"),
    "phone_l IS NULL OR phone_r IS NULL",
    (Level("same", "phone_l = phone_r", _("相同"), "phone", "phone"),),
    _("不同"),
)
NUMBER = Field(
    "number",
    _("证件号码"),
    "digits_l IS NULL OR digits_r IS NULL",
    (
        Level("same", "number_l = number_r", _("规范后相同")),
        Level("near", "damerau_levenshtein(digits_l, digits_r) <= 1", _("除出生日期段外差一位或颠倒两位")),
        Level("alike", "damerau_levenshtein(digits_l, digits_r) <= 3", _("除出生日期段外差两三位")),
    ),
    _("不同"),
)
FIELDS = (NAME, BIRTH, SEX, PLACE, PHONE, NUMBER)
"""`digits` are the parts of an identity number outside the birth date, which is compared on its own."""
