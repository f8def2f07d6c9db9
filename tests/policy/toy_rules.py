"""A small rulebook for engine tests: every feature of the engine, no real policy."""

from anmin.policy import BasisPoints, Benefit, Day, Each, Fen, Months, Table, household, person
from anmin.policy.codes import DisabilityKind
from anmin.policy.vocabulary import (
    MONTHS,
    anyone,
    band,
    began_lately,
    count,
    ended_lately,
    full_years,
    highest,
    highest_lately,
    months_with,
    months_without,
    newest_told,
    portion_half_up,
    positive_part,
    told_this_year,
    told_total,
    total,
    total_where,
)

LAW = "测试令第1号 §1"
THREE = 3
BENEFIT = Benefit(
    title="测试补助", english="Toy aid", law=LAW, unit="household", eligible="is_poor", amount="toy_amount"
)


@person(title="周岁", law=LAW, since="2000-01-01")
def toy_age(birth_day: Day, on: Day) -> int:
    """Age in completed years."""
    return full_years(birth_day, on)


@person(title="计入成员", law=LAW, since="2000-01-01")
def is_counted(is_away: bool) -> bool:
    """Whoever is not away counts."""
    return not is_away


@household(title="成员数", law=LAW, since="2000-01-01")
def toy_members(is_counted: Each[bool]) -> int:
    """How many count."""
    return count(is_counted)


@household(title="年收入", law=LAW, since="2000-01-01")
def toy_income(income_year: Each[Fen], is_counted: Each[bool], gift_year: Fen) -> Fen:
    """Income of those who count, and gifts to the household."""
    return total_where(income_year, is_counted) + gift_year


@household(title="收入低于标准", law=LAW, since="2000-01-01")
def is_poor(toy_income: Fen, toy_members: int, toy_standard: Fen) -> bool:
    """Below the standard; compare totals."""
    return toy_members > 0 and toy_income < toy_standard * MONTHS * toy_members


@person(title="加发", law=LAW, since="2000-01-01", until="2019-12-31", name="toy_uplift")
def flat_uplift(is_poor: bool, toy_flat: Fen) -> Fen:
    """Until 2019 the same sum for all."""
    if is_poor:
        return toy_flat
    return 0


@person(title="加发", law=LAW, since="2020-01-01", name="toy_uplift")
def uplift_by_need(
    is_poor: bool,
    disability: DisabilityKind,
    toy_age: int,
    toy_standard: Fen,
    toy_ratio: BasisPoints,
    toy_bands: Table,
) -> Fen:
    """From 2020 by disability, else by age."""
    if not is_poor:
        return 0
    if disability == DisabilityKind.VISUAL:
        return portion_half_up(toy_standard, toy_ratio)
    return band(toy_bands, toy_age)


@household(title="金额", law=LAW, since="2000-01-01")
def toy_amount(
    is_poor: bool, toy_income: Fen, toy_members: int, toy_standard: Fen, toy_uplift: Each[Fen]
) -> Fen:
    """The gap and all uplifts."""
    if not is_poor:
        return 0
    gap = positive_part(toy_standard * toy_members - toy_income // MONTHS)
    return gap + total(toy_uplift)


@household(title="最高加发", law=LAW, since="2000-01-01")
def toy_top(toy_uplift: Each[Fen], toy_switch: bool) -> Fen:
    """The highest uplift where the place wants to know."""
    return highest(toy_uplift) if toy_switch else 0


@person(title="每人所得", law=LAW, since="2000-01-01")
def toy_share(toy_amount: Fen, toy_uplift: Fen, is_counted: bool) -> Fen:
    """A person's own uplift, where the household gets anything."""
    if toy_amount > 0 and is_counted:
        return toy_uplift
    return 0


@person(title="近三月最高账单", law=LAW, since="2000-01-01")
def toy_lately(toy_bill: Months[Fen]) -> Fen:
    """The highest of three months."""
    return highest_lately(toy_bill, THREE)


@person(title="账单合计", law=LAW, since="2000-01-01")
def toy_bills(toy_bill: Months[Fen], on: Day) -> Fen:
    """All told months, those of this year twice."""
    return told_total(toy_bill) + told_this_year(toy_bill, on)


@person(title="连续月数", law=LAW, since="2000-01-01")
def toy_run(toy_insured: Months[bool]) -> int:
    """Months with less months without, and the newest word."""
    return months_with(toy_insured) - months_without(toy_insured) + newest_told(toy_insured)


@person(title="起止", law=LAW, since="2000-01-01")
def toy_turned(toy_insured: Months[bool], toy_power: Months[int]) -> bool:
    """Began with power ended; a person rule reads the months of the household too."""
    return began_lately(toy_insured, THREE) and ended_lately(toy_power, THREE)


@household(title="户内有人起止", law=LAW, since="2000-01-01")
def toy_any_turned(toy_turned: Each[bool], toy_power: Months[int]) -> bool:
    """Anybody, with power lately."""
    return anyone(toy_turned) and months_with(toy_power) < THREE
