"""Minimum living guarantee by income (最低生活保障，收入型)."""

from anmin.policy import Benefit, Each, Fen, Table, household, person
from anmin.policy.codes import AmountMode, Rounding
from anmin.policy.vocabulary import MONTHS, entry, monthly, positive_part, total_where

BENEFIT = Benefit(
    title="最低生活保障金",
    english="Minimum living guarantee",
    law="社会救助暂行办法 §9",
    unit="household",
    eligible="dibao_eligible",
    amount="dibao_amount",
    rank=20,
)


@household(title="人均收入低于低保标准", law="民发〔2021〕57号 §10", since="2021-07-01")
def income_below_dibao(counted_income_year: Fen, members: int, dibao_standard: Fen) -> bool:
    """Counted income stays below the standard; totals are compared, never a rounded quotient (收入低于标准)."""
    return counted_income_year < dibao_standard * MONTHS * members


@household(title="符合低保条件", law="民发〔2021〕57号 §10", since="2021-07-01")
def dibao_eligible(
    members: int, income_below_dibao: bool, property_within_dibao: bool, has_authorised_check: bool
) -> bool:
    """Income and property within the rules, and the economic check authorised (符合低保条件)."""
    return members > 0 and has_authorised_check and income_below_dibao and property_within_dibao


@person(title="分档低保金", law="民发〔2021〕57号 §26", since="2021-07-01")
def tier_amount(hardship_class: int, dibao_tiers: Table) -> Fen:
    """The amount of the person's hardship class, where the place pays by classes (分档低保金)."""
    return entry(dibao_tiers, hardship_class)


@household(title="低保金", law="民发〔2021〕57号 §26", since="2021-07-01")
def dibao_amount(
    dibao_eligible: bool,
    counted_income_year: Fen,
    members: int,
    dibao_standard: Fen,
    dibao_mode: AmountMode,
    dibao_rounding: Rounding,
    dibao_minimum_pay: Fen,
    tier_amount: Each[Fen],
    is_member: Each[bool],
) -> Fen:
    """The gap to the standard, or the amounts of the classes; rounded once on the household's total (低保金)."""
    if not dibao_eligible:
        return 0
    if dibao_mode == AmountMode.TIER:
        return total_where(tier_amount, is_member)
    amount = monthly(positive_part(dibao_standard * MONTHS * members - counted_income_year), dibao_rounding)
    return dibao_minimum_pay if 0 < amount < dibao_minimum_pay else amount
