"""Minimum living guarantee by expenditure (支出型最低生活保障), where a place has it."""

from anmin.policy import Benefit, Fen, household
from anmin.policy.codes import Rounding
from anmin.policy.vocabulary import MONTHS, monthly, positive_part

BENEFIT = Benefit(
    title="支出型低保金",
    english="Minimum living guarantee by expenditure",
    law="威海支出型低保指南 §1",
    unit="household",
    eligible="dibao_expenditure_eligible",
    amount="dibao_expenditure_amount",
    rank=21,
)


@household(title="符合支出型低保条件", law="威海支出型低保指南 §1", since="2021-07-01")
def dibao_expenditure_eligible(
    dibao_by_expenditure: bool,
    income_below_dibao: bool,
    counted_income_year: Fen,
    rigid_costs_year: Fen,
    members: int,
    dibao_standard: Fen,
    disposable_income_year: Fen,
    property_within_dibao: bool,
    has_authorised_check: bool,
) -> bool:
    """Income above the standard but below last year's disposable income, and what is left below the standard.

    (支出型低保：扣除自付医疗、教育等刚性支出后低于标准。)
    """
    if not dibao_by_expenditure or income_below_dibao or members < 1:
        return False
    if counted_income_year >= disposable_income_year * members:
        return False
    remainder = counted_income_year - rigid_costs_year
    return remainder < dibao_standard * MONTHS * members and property_within_dibao and has_authorised_check


@household(title="支出型低保金", law="威海支出型低保指南 §1", since="2021-07-01")
def dibao_expenditure_amount(
    dibao_expenditure_eligible: bool,
    counted_income_year: Fen,
    rigid_costs_year: Fen,
    members: int,
    dibao_standard: Fen,
    dibao_rounding: Rounding,
    dibao_minimum_pay: Fen,
) -> Fen:
    """The gap between the standard and what is left of the income; a proposal, no text fixes it (支出型低保金)."""
    if not dibao_expenditure_eligible:
        return 0
    remainder = positive_part(counted_income_year - rigid_costs_year)
    amount = monthly(positive_part(dibao_standard * MONTHS * members - remainder), dibao_rounding)
    return dibao_minimum_pay if 0 < amount < dibao_minimum_pay else amount
