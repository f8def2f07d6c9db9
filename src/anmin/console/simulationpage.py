"""What the simulation page shows: the scheme in words and as a file, three sentences, charts and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from anmin.console.charts.bars import Fall, waterfall
from anmin.console.charts.lines import income_chart
from anmin.console.charts.maps import District, district_map, diverging
from anmin.console.charts.svg import Svg
from anmin.console.citypage import money_unit
from anmin.console.places import boards, place_name
from anmin.console.rulepages import NARROW, WIDE, rate_shown
from anmin.console.templatetags.anmin_words import count, percent, signed_yuan, wan, yuan
from anmin.console.words import term_of
from anmin.policy.codes import Rounding
from anmin.policy.plan import Plan
from anmin.policy.rates import Rate
from anmin.policy.simulate import Change, CurvePoint, Scenario
from anmin.policy.types import Kind

CHANGED = (Kind.FEN, Kind.BP)
"""Kinds of rates that a scheme can change by a number."""
FIRST = "dibao_standard"
LARGEST = Decimal(1_000_000)


@dataclass(frozen=True)
class Scheme:
    """What the reader asked: one rate, how it changes, where, and how the result is rounded."""

    rate: str
    mode: str
    amount: str
    division: str
    round: str

    @classmethod
    def written(cls, given: Mapping[str, str], home: str) -> Scheme:
        """The scheme in the address; what is missing gets the usual first guess."""
        mode = given.get("mode", "percent")
        rounding = given.get("round", Rounding.YUAN_HALF_UP.name)
        return cls(
            rate=given.get("rate", FIRST),
            mode=mode if mode in ("percent", "add", "value") else "percent",
            amount=given.get("amount", "").strip().replace("，", "").replace(",", "").removesuffix("%"),
            division=given.get("division", home),
            round=rounding if rounding in Rounding.__members__ else Rounding.CENT.name,
        )

    @property
    def trouble(self) -> str:
        """What is wrong with the number, or nothing."""
        try:
            number = Decimal(self.amount)
        except InvalidOperation:
            return _("“多少”要写成数字，例如 5 或 -2.5。")
        if not number.is_finite() or abs(number) > LARGEST:
            return _("“多少”太大了，请检查有没有多写零。")
        if self.mode == "percent" and number < -100:
            return _("最多降低 100%。")
        if self.mode == "value" and number < 0:
            return _("标准不能是负数。")
        return ""

    def scenario(self, name: str) -> Scenario:
        """The scheme as the engine takes it."""
        change = Change(
            rate=self.rate,
            division=self.division,
            rounding=Rounding[self.round],
            **{self.mode: self.amount},
        )
        return Scenario(name, (change,))

    def toml(self, name: str, on: str) -> str:
        """The scheme as a scenario file for the command line."""
        lines = [
            f'day = "{on}"',
            "",
            "[[scenario]]",
            f'name = "{name}"',
            "",
            "[[scenario.change]]",
            f'rate = "{self.rate}"',
            f'division = "{self.division}"',
            f'{self.mode} = "{self.amount}"',
            f'round = "{self.round}"',
        ]
        return "\n".join(lines) + "\n"

    def words(self, rate: Rate) -> str:
        """The scheme in a sentence."""
        how = {
            "percent": _("%(rate)s提高 %(amount)s%%"),
            "add": _("%(rate)s增加 %(amount)s"),
            "value": _("%(rate)s改为 %(amount)s"),
        }[self.mode]
        lowered = {"percent": _("%(rate)s降低 %(amount)s%%"), "add": _("%(rate)s减少 %(amount)s")}
        if self.amount.startswith("-"):
            how = lowered.get(self.mode, how)
        text = how % {"rate": term_of(rate), "amount": self.amount.lstrip("-")}
        return _("%(place)s：%(what)s") % {"place": place_name(self.division), "what": text}


@dataclass(frozen=True)
class Compared:
    """One county, or all of them: money a month before and after, and who is touched. Money in fen."""

    code: str
    name: str
    households: int
    before: int
    after: int
    gainers: int
    losers: int

    @property
    def change(self) -> int:
        """What the scheme costs more a month."""
        return self.after - self.before

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Shares for the stacked bar: more, unchanged, less."""
        same = max(self.households - self.gainers - self.losers, 0)
        return [("gain-2", self.gainers), ("change-none", same), ("loss-2", self.losers)]


def changeable(plan: Plan, division: str) -> list[dict[str, Any]]:
    """The rates that a scheme may change, with the value in force; the dibao standard first."""
    rows = []
    for rate in plan.rates:
        if rate.kind not in CHANGED:
            continue
        entry = plan.rulebook.rates.find(rate.name, division, plan.on)
        if entry is None:
            now = ""
        elif entry.urban == entry.rural:
            now = rate_shown(rate, entry.urban)
        else:
            now = f"{rate_shown(rate, entry.urban)} / {rate_shown(rate, entry.rural)}"
        rows.append({"rate": rate, "now": now})
    return sorted(
        rows, key=lambda row: (row["rate"].name != FIRST, row["rate"].kind is not Kind.FEN, row["rate"].name)
    )


def sentences(total: Compared) -> list[str]:
    """Cost, reach, and who gains or loses: three sentences before any chart."""
    if total.change == 0:
        cost = _("每月支出不变。")
    else:
        template = (
            _("每月多花 %(more)s 元，全年约 %(year)s %(unit)s。")
            if total.change > 0
            else _("每月少花 %(more)s 元，全年约 %(year)s %(unit)s。")
        )
        cost = template % {
            "more": yuan(abs(total.change)),
            "year": wan(abs(total.change) * 12),
            "unit": money_unit(),
        }
    touched = total.gainers + total.losers
    reach = _("%(n)s 户的待遇有变化，占全部住户的 %(share)s。") % {
        "n": count(touched),
        "share": percent(touched, total.households),
    }
    sides = _("▲ %(more)s 户变多，▼ %(less)s 户变少。") % {
        "more": count(total.gainers),
        "less": count(total.losers),
    }
    return [cost, reach, sides]


def budget_charts(total: Compared, gained: int, lost: int, label: str) -> tuple[Svg, Svg]:
    """The waterfall from today's cost to the scheme's, wide and narrow."""
    falls = [Fall(_("现行"), total.before, True), Fall(_("变多的户"), gained), Fall(_("变少的户"), -lost)]
    if rest := total.change - gained + lost:
        falls.append(Fall(_("其他待遇"), rest))
    falls.append(Fall(_("方案"), total.after, True))
    return tuple(
        waterfall(falls, label=label, shown=wan, cut_word=_("纵轴不从 0 开始"), width=width)
        for width in (WIDE, NARROW)
    )


def change_map(city: str, rows: Sequence[Compared], label: str) -> tuple[Svg, Svg] | None:
    """Where the money changes, wide and narrow; None where there are no outlines."""
    drawn = boards(city, diverging({row.code: row.change for row in rows}))
    if drawn is None:
        return None
    districts = {row.code: District(row.name, signed_yuan(row.change)) for row in rows}
    wide, narrow = drawn
    return (
        district_map(wide, districts, label=label, key="change"),
        district_map(narrow, districts, label=label, key="change-small"),
    )


def curve_charts(
    before: Sequence[CurvePoint],
    after: Sequence[CurvePoint],
    falls: Sequence[tuple[CurvePoint, CurvePoint]],
    label: str,
) -> tuple[Svg, Svg]:
    """Aid along a rising income under both sets of rates, wide and narrow."""
    return tuple(
        income_chart(
            [(row.income_month, row.aid) for row in before],
            [(row.income_month, row.aid) for row in after],
            [(first.income_month, first.aid) for first, _second in falls],
            label=label,
            shown=yuan,
            cliff_word=_("悬崖"),
            width=width,
        )
        for width in (WIDE, NARROW)
    )
