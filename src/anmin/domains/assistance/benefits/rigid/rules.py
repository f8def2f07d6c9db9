"""Families in hardship through rigid expenditure (刚性支出困难家庭), from 2025."""

from anmin.policy import BasisPoints, Benefit, Fen, household
from anmin.policy.codes import RigidTest
from anmin.policy.vocabulary import MONTHS, WHOLE

BENEFIT = Benefit(
    title="刚性支出困难家庭认定",
    english="Recognition as a family with rigid expenditure",
    law="刚性支出困难家庭认定办法 §3",
    unit="household",
    eligible="is_rigid",
    rank=40,
    publish=False,
)


@household(title="刚性支出占比超过规定", law="刚性支出困难家庭认定办法 §5", since="2025-01-01")
def rigid_ratio_exceeded(
    counted_income_year: Fen,
    rigid_costs_year: Fen,
    rigid_living_year: Fen,
    rigid_ratio: BasisPoints,
) -> bool:
    """All rigid costs lie above a share of the income; at the share is not above it (刚性支出占比)."""
    return (rigid_costs_year + rigid_living_year) * WHOLE > counted_income_year * rigid_ratio


@household(title="扣除刚性支出后余额低于规定", law="刚性支出困难家庭认定办法 §5", since="2025-01-01")
def rigid_remainder_small(
    counted_income_year: Fen,
    rigid_costs_year: Fen,
    members: int,
    dibao_standard: Fen,
    rigid_remainder: BasisPoints,
) -> bool:
    """What is left of the income stays below a multiple of the standard for each member (余额低于标准的倍数)."""
    left = (counted_income_year - rigid_costs_year) * WHOLE
    return left < dibao_standard * MONTHS * members * rigid_remainder


@household(title="医疗支出达到规定比例", law="海南刚性支出认定规定 §2", since="2025-01-01")
def rigid_medical_reached(
    counted_income_year: Fen,
    rigid_medical_year: Fen,
    rigid_medical_ratio: BasisPoints,
    rigid_medical_reaches: bool,
) -> bool:
    """Medical costs alone reach a share of the income, where a place tests them so (医疗支出占比达到规定)."""
    if rigid_medical_ratio == 0:
        return False
    medical, line = rigid_medical_year * WHOLE, counted_income_year * rigid_medical_ratio
    return medical > line or (rigid_medical_reaches and medical == line)


@household(title="符合刚性支出困难家庭条件", law="刚性支出困难家庭认定办法 §3", since="2025-01-01")
def is_rigid(
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    is_edge: bool,
    counted_income_year: Fen,
    members: int,
    disposable_income_year: Fen,
    property_within_rigid: bool,
    has_authorised_check: bool,
    rigid_test: RigidTest,
    rigid_ratio_exceeded: bool,
    rigid_remainder_small: bool,
    rigid_medical_reached: bool,
) -> bool:
    """In no stronger layer, income below last year's disposable income, and costs that press by the local test."""
    if dibao_eligible or dibao_expenditure_eligible or is_edge or members < 1 or not has_authorised_check:
        return False
    if counted_income_year >= disposable_income_year * members or not property_within_rigid:
        return False
    if rigid_medical_reached:
        return True
    if rigid_test == RigidTest.RATIO:
        return rigid_ratio_exceeded
    if rigid_test == RigidTest.REMAINDER:
        return rigid_remainder_small
    return rigid_ratio_exceeded or rigid_remainder_small
