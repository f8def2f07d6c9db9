"""Can we apply (能不能申请): six questions, the rules' own answer on a household that exists on the page alone.

What is unclear is tried both ways: once as well for the family as can be, once as badly. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.benefits import Benefit
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.plan import make_plan
from anmin.portal.places import counties

UNSURE = "x"
YUAN = 100
MOST_PEOPLE = 9
MONTHS = 12
BANDS: dict[str, tuple[int, int]] = {
    "0": (0, 0),
    "1": (1, 500),
    "2": (500, 1_000),
    "3": (1_000, 2_000),
    "4": (2_000, 3_000),
    "5": (3_000, 5_000),
    "6": (5_000, 8_000),
    "7": (8_000, 20_000),
    UNSURE: (0, 20_000),
}
"""Yuan a month of the whole family: from, to."""
ASKED = (
    *("assistance/dibao", "assistance/single_dibao", "assistance/edge", "assistance/rigid"),
    *("assistance/tekun", "disability/care_subsidy", "disability/living_subsidy"),
)
"""What the page asks the rules about, the strongest first."""
HEADING = {
    "urgent": gettext_lazy("遇到急难，可以先申请临时救助"),
    "likely": gettext_lazy("按您说的情况，可能可以申请"),
    "maybe": gettext_lazy("还要看一两项情况，可能可以申请"),
    "other": gettext_lazy("按您说的情况，不太符合低保，但还有别的办法"),
}


@dataclass(frozen=True)
class Question:
    """One question on a page of its own. `many` lets several answers be chosen."""

    key: str
    title: Any
    hint: Any
    choices: tuple[tuple[str, Any], ...] = ()
    many: bool = False


QUESTIONS = (
    Question("place", gettext_lazy("您家住在哪里？"), gettext_lazy("各地的标准不一样，所以先问这个。")),
    Question(
        "people",
        gettext_lazy("一起生活的有几口人？"),
        gettext_lazy("吃住在一起的家人，包括在外上学的孩子。"),
        (
            *((str(number), str(number)) for number in range(1, MOST_PEOPLE)),
            (str(MOST_PEOPLE), gettext_lazy("9 人或更多")),
            (UNSURE, gettext_lazy("不清楚")),
        ),
    ),
    Question(
        "income",
        gettext_lazy("全家每个月大概有多少收入？"),
        gettext_lazy("工资、养老金、种地做买卖、子女给的钱，加在一起。大概就行。"),
        (
            ("0", gettext_lazy("几乎没有")),
            ("1", gettext_lazy("500 元以下")),
            ("2", gettext_lazy("500 到 1000 元")),
            ("3", gettext_lazy("1000 到 2000 元")),
            ("4", gettext_lazy("2000 到 3000 元")),
            ("5", gettext_lazy("3000 到 5000 元")),
            ("6", gettext_lazy("5000 到 8000 元")),
            ("7", gettext_lazy("8000 元以上")),
            (UNSURE, gettext_lazy("不清楚")),
        ),
    ),
    Question(
        "own",
        gettext_lazy("家里有没有这些？"),
        gettext_lazy("自己住的一套房不算。可以选几项。"),
        (
            ("none", gettext_lazy("都没有")),
            ("car", gettext_lazy("小汽车")),
            ("homes", gettext_lazy("两套或更多住房")),
            ("shop", gettext_lazy("商铺、厂房")),
            (UNSURE, gettext_lazy("不清楚")),
        ),
        many=True,
    ),
    Question(
        "hard",
        gettext_lazy("家里有没有这些难处？"),
        gettext_lazy("可以选几项。"),
        (
            ("none", gettext_lazy("都没有")),
            ("ill", gettext_lazy("有人得了重病")),
            ("severe", gettext_lazy("有人是一级、二级残疾")),
            ("disabled", gettext_lazy("有人是三级、四级残疾")),
            ("study", gettext_lazy("有人在上高中或大学")),
            ("alone", gettext_lazy("只有老人、残疾人或孩子，没有家人能养")),
            (UNSURE, gettext_lazy("不清楚")),
        ),
        many=True,
    ),
    Question(
        "urgent",
        gettext_lazy("是不是突然出了事，眼下就过不去？"),
        gettext_lazy("比如火灾、车祸、突发重病，吃饭、看病马上成了问题。"),
        (
            ("no", gettext_lazy("不是")),
            ("yes", gettext_lazy("是")),
            (UNSURE, gettext_lazy("不清楚")),
        ),
    ),
)
KEYS = tuple(question.key for question in QUESTIONS)
HOMES = (("0", gettext_lazy("城镇")), ("1", gettext_lazy("农村")), (UNSURE, gettext_lazy("不清楚")))


@dataclass(frozen=True)
class Answers:
    """What was answered so far, as the address carries it."""

    given: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, query: QueryDict, on: date) -> Answers:
        """The answers that are ones of the choices; anything else was not answered."""
        found: dict[str, tuple[str, ...]] = {}
        for question in QUESTIONS[1:]:
            known = {key for key, _title in question.choices}
            chosen = tuple(dict.fromkeys(value for value in query.getlist(question.key) if value in known))
            if chosen:
                found[question.key] = chosen if question.many else chosen[:1]
        codes = {code for _city, rows in counties(on) for code, _name in rows}
        place, living = query.get("place", ""), query.get("living", "")
        if place in codes or place == UNSURE:
            found["place"] = (place,)
        if living in ("0", "1", UNSURE):
            found["living"] = (living,)
        return cls(found)

    def one(self, key: str) -> str:
        """The answer to a question with one answer; unclear where there is none."""
        return self.given.get(key, (UNSURE,))[0]

    def has(self, key: str, value: str) -> bool:
        """Whether an answer is among those given."""
        return value in self.given.get(key, ())

    def is_answered(self, key: str) -> bool:
        """Whether a question was answered."""
        return key in self.given and (key != "place" or "living" in self.given or self.one("place") == UNSURE)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Every answer as names and values, for hidden fields."""
        return [(key, value) for key, values in self.given.items() for value in values]


@dataclass(frozen=True)
class Reason:
    """The figures side by side: income of each head a month, the standard there, both in fen."""

    low: int
    high: int
    standard: int
    law: str
    people: int


@dataclass(frozen=True)
class Found:
    """What the rules say. `likely` holds either way, `maybe` only if what is unclear turns out well."""

    kind: str
    likely: tuple[Benefit, ...]
    maybe: tuple[Benefit, ...]
    reason: Reason | None
    unclear: tuple[Any, ...]
    hindered: tuple[Any, ...]
    is_urgent: bool

    @property
    def heading(self) -> Any:
        """The answer in one sentence; never only a no."""
        return HEADING[self.kind]


def found(answers: Answers, on: date) -> Found:
    """The rules' answer.

    Raises:
        PolicyError: where the place has no standard on the day.
    """
    places = [answers.one("place")] if answers.one("place") != UNSURE else _every_place(on)
    living = [int(answers.one("living"))] if answers.one("living") != UNSURE else [0, 1]
    well: set[str] = set()
    badly: set[str] | None = None
    for place in places:
        for settlement in living:
            well |= _eligible(answers, place, settlement, on, is_well=True)
            worse = _eligible(answers, place, settlement, on, is_well=False)
            badly = worse if badly is None else badly & worse
    book = rulebook()
    likely = tuple(book.benefits[key] for key in ASKED if key in (badly or set()))
    maybe = tuple(book.benefits[key] for key in ASKED if key in well - (badly or set()))
    is_urgent = answers.one("urgent") == "yes"
    kind = "urgent" if is_urgent else "likely" if likely else "maybe" if maybe else "other"
    reason = _reason(answers, places[0], living[0], on) if len(places) == 1 and len(living) == 1 else None
    return Found(kind, likely, maybe, reason, _unclear(answers), _hindered(answers), is_urgent)


def _every_place(on: date) -> list[str]:
    return [rows[0][0] for _city, rows in counties(on)]


def _eligible(answers: Answers, place: str, settlement: int, on: date, *, is_well: bool) -> set[str]:
    book = rulebook()
    benefits = [book.benefits[key] for key in ASKED if book.version(book.benefits[key].eligible, on)]
    plan = make_plan(book, on, [one.eligible for one in benefits])
    outcome = evaluate(plan, _household(answers, place, settlement, is_well=is_well), findings=False)
    return {
        one.key
        for one in benefits
        if (
            outcome.values.get(one.eligible)
            if one.unit == "household"
            else any(row.get(one.eligible) for row in outcome.members)
        )
    }


def _household(answers: Answers, place: str, settlement: int, *, is_well: bool) -> Household:
    """The family as the answers describe it, the unclear as well or as badly as may be."""
    people = _people(answers, is_well=is_well)
    low, high = BANDS[answers.one("income")]
    facts = {
        "shared_income_year": (low if is_well else high) * YUAN * MONTHS,
        "cars": _counts(answers, "own", "car", is_well=is_well),
        "homes": 1 + _counts(answers, "own", "homes", is_well=is_well),
        "commercial_premises": _counts(answers, "own", "shop", is_well=is_well),
        "has_authorised_check": 1,
    }
    members = [_member(answers, at, is_well=is_well) for at in range(people)]
    return Household("can-we-apply", place, settlement, facts, members)


def _people(answers: Answers, *, is_well: bool) -> int:
    said = answers.one("people")
    return int(said) if said != UNSURE else (4 if is_well else 1)


def _counts(answers: Answers, key: str, value: str, *, is_well: bool) -> int:
    return int(answers.has(key, value) or (not is_well and answers.has(key, UNSURE)))


def _member(answers: Answers, at: int, *, is_well: bool) -> dict[str, int]:
    """The first is the head and bears the family's illness or disability; the second studies."""
    alone = answers.has("hard", "alone")
    known = {"birth_day": 19480101 if alone else 19800101, "sex": 1, "relation": 0 if at == 0 else 8}
    if at == 0:
        known["has_major_illness"] = int(answers.has("hard", "ill"))
        if answers.has("hard", "severe") or answers.has("hard", "disabled"):
            known |= {"disability": 4, "disability_level": 1 if answers.has("hard", "severe") else 3}
        known["has_able_supporter"] = int(not alone)
    if at == 1 and answers.has("hard", "study"):
        known["study"] = 4
    return known


def _reason(answers: Answers, place: str, settlement: int, on: date) -> Reason | None:
    if answers.one("people") == UNSURE or answers.one("income") == UNSURE:
        return None
    entry, people = rulebook().rates.entry("dibao_standard", place, on), int(answers.one("people"))
    low, high = BANDS[answers.one("income")]
    standard = entry.value(settlement)
    if not isinstance(standard, int):
        return None
    return Reason(low // people * YUAN, -(-high // people) * YUAN, standard, entry.law, people)


def _unclear(answers: Answers) -> tuple[Any, ...]:
    return tuple(
        question.title
        for question in QUESTIONS
        if answers.has(question.key, UNSURE) or (question.key == "place" and answers.one("living") == UNSURE)
    )


def _hindered(answers: Answers) -> tuple[Any, ...]:
    names: Sequence[tuple[str, Any]] = (
        ("car", _("家里有小汽车")),
        ("homes", _("家里有两套或更多住房")),
        ("shop", _("家里有商铺或厂房")),
    )
    return tuple(title for key, title in names if answers.has("own", key))
