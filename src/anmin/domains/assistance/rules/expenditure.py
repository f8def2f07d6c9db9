"""Rigid expenditure (刚性支出) of twelve months, 刚性支出困难家庭认定办法 art. 5."""

from anmin.policy import Each, Fen, household, person
from anmin.policy.codes import LivingCount
from anmin.policy.vocabulary import MONTHS, lesser, total_where


@person(title="计入的教育支出（年）", law="威海支出型低保指南 §1", since="2021-07-01")
def counted_education_year(education_paid_year: Fen, education_public_fee_year: Fen) -> Fen:
    """Education at the fee of a public school of the kind, where that fee is known (按公办学校收费计入)."""
    if education_public_fee_year > 0:
        return lesser(education_paid_year, education_public_fee_year)
    return education_paid_year


@household(title="自付医疗支出（年）", law="威海支出型低保指南 §1", since="2021-07-01")
def rigid_medical_year(
    medical_paid_year: Each[Fen],
    is_member: Each[bool],
    other_rigid_year: Fen,
    accident_counts_as_medical: bool,
) -> Fen:
    """Medical costs borne by the members, with accident costs where the place adds them (自付医疗支出)."""
    medical = total_where(medical_paid_year, is_member)
    return medical + other_rigid_year if accident_counts_as_medical else medical


@household(title="刚性支出（不含基本生活，年）", law="威海支出型低保指南 §1", since="2021-07-01")
def rigid_costs_year(
    medical_paid_year: Each[Fen],
    counted_education_year: Each[Fen],
    rehabilitation_paid_year: Each[Fen],
    is_member: Each[bool],
    other_rigid_year: Fen,
) -> Fen:
    """Medical, education, rehabilitation and other recognised costs (刚性支出，不含基本生活支出)."""
    medical = total_where(medical_paid_year, is_member)
    education = total_where(counted_education_year, is_member)
    return medical + education + total_where(rehabilitation_paid_year, is_member) + other_rigid_year


@household(title="计入的基本生活支出（年）", law="刚性支出困难家庭认定办法 §5", since="2025-01-01")
def rigid_living_year(
    rigid_living: LivingCount, dibao_standard: Fen, members: int, living_costs_year: Fen
) -> Fen:
    """Necessary living costs: not at all, at the standard, or as they were (基本生活支出的计入)."""
    if rigid_living == LivingCount.STANDARD:
        return dibao_standard * MONTHS * members
    if rigid_living == LivingCount.ACTUAL:
        return living_costs_year
    return 0
