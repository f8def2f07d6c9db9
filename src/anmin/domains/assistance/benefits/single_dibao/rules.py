"""Single-person dibao (参照单人户纳入低保): a grave case out of a family that itself gets none."""

from anmin.policy import BasisPoints, Benefit, Fen, person
from anmin.policy.codes import Rounding, SingleMode
from anmin.policy.vocabulary import MONTHS, monthly, portion_half_up, positive_part

BENEFIT = Benefit(
    title="单人保低保金",
    english="Single-person dibao",
    law="民发〔2021〕57号 §8",
    unit="person",
    eligible="single_dibao_eligible",
    amount="single_dibao_amount",
    rank=22,
)
ADULT = 18  # 民法典 art. 17
TWICE = 2  # 厦门: the middle band reaches to twice the standard


@person(title="可参照单人户申请", law="民发〔2021〕57号 §8", since="2021-07-01")
def may_apply_alone(
    is_member: bool,
    is_edge: bool,
    has_severe_disability: bool,
    has_major_illness: bool,
    age: int,
    is_unemployed: bool,
    single_outside_edge: bool,
) -> bool:
    """A member of an EDGE family who is severely disabled or ill; and, from October 2022, any grown-up who is
    severely disabled and out of work (可单独提出低保申请的人员)."""
    if not is_member:
        return False
    if is_edge and (has_severe_disability or has_major_illness):
        return True
    return single_outside_edge and has_severe_disability and is_unemployed and age >= ADULT


@person(title="符合单人保条件", law="民发〔2021〕57号 §8", since="2021-07-01")
def single_dibao_eligible(
    may_apply_alone: bool,
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    property_within_edge: bool,
    has_authorised_check: bool,
    income_year: Fen,
    dibao_standard: Fen,
    single_mode: SingleMode,
) -> bool:
    """May apply alone, the family is not on dibao itself, and own income leaves something to pay (单人保条件)."""
    if not may_apply_alone or dibao_eligible or dibao_expenditure_eligible:
        return False
    if not property_within_edge or not has_authorised_check:
        return False
    own_limit = dibao_standard * MONTHS
    if single_mode == SingleMode.STEP:
        return income_year <= own_limit * TWICE
    return income_year < own_limit


@person(title="单人保低保金", law="民发〔2021〕57号 §26", since="2021-07-01")
def single_dibao_amount(
    single_dibao_eligible: bool,
    income_year: Fen,
    dibao_standard: Fen,
    single_mode: SingleMode,
    single_step_ratio: BasisPoints,
    single_fixed: Fen,
    dibao_rounding: Rounding,
) -> Fen:
    """The own gap, or Xiamen's steps (full below the standard, 40 % up to twice), or a fixed sum (单人保金额)."""
    if not single_dibao_eligible:
        return 0
    if single_mode == SingleMode.FIXED:
        return single_fixed
    if single_mode == SingleMode.GAP_OWN:
        return monthly(positive_part(dibao_standard * MONTHS - income_year), dibao_rounding)
    if income_year < dibao_standard * MONTHS:
        return dibao_standard
    return portion_half_up(dibao_standard, single_step_ratio)
