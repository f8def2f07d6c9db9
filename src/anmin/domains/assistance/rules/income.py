"""What counts as income (家庭收入), 民发〔2021〕57号 arts 11–13; yearly sums in fen, divided last."""

from anmin.policy import BasisPoints, Each, Fen, household, person
from anmin.policy.vocabulary import (
    MONTHS,
    count,
    lesser,
    portion_down,
    positive_part,
    total_where,
)


@person(title="计入的工资性收入（年）", law="民发〔2021〕57号 §12", since="2021-07-01")
def counted_wage_year(
    wage_year: Fen,
    is_newly_employed: bool,
    dibao_standard: Fen,
    employment_cost_ratio: BasisPoints,
    new_job_disregard: BasisPoints,
) -> Fen:
    """Wages less the necessary cost of working, and less the disregard for a new job (计入的工资性收入)."""
    counted = wage_year - portion_down(wage_year, employment_cost_ratio)
    if is_newly_employed:
        counted = counted - portion_down(dibao_standard * MONTHS, new_job_disregard)
    return positive_part(counted)


@person(title="计入的城乡居民养老金（年）", law="民发〔2021〕57号 §13", since="2021-07-01")
def counted_pension_year(
    resident_pension_month: Fen, pension_excludes_central: bool, central_pension_month: Fen
) -> Fen:
    """The resident pension less its centrally set basic part where that is not income (计入的居民养老金)."""
    if pension_excludes_central:
        return positive_part(resident_pension_month - central_pension_month) * MONTHS
    return resident_pension_month * MONTHS


@person(
    title="净转移性收入（年）",
    law="民发〔2021〕57号 §11",
    since="2021-07-01",
    until="2024-12-31",
    name="transfer_year",
)
def transfers_with_childcare(
    retirement_pension_year: Fen,
    counted_pension_year: Fen,
    support_income_year: Fen,
    other_transfer_year: Fen,
    childcare_subsidy_year: Fen,
    social_insurance_paid_year: Fen,
    support_paid_year: Fen,
) -> Fen:
    """Transfers less contributions and support paid out (净转移性收入)."""
    received = retirement_pension_year + counted_pension_year + support_income_year + other_transfer_year
    return positive_part(received + childcare_subsidy_year - social_insurance_paid_year - support_paid_year)


@person(title="净转移性收入（年）", law="育儿补贴不计收入规定 §1", since="2025-01-01", name="transfer_year")
def transfers_without_childcare(
    retirement_pension_year: Fen,
    counted_pension_year: Fen,
    support_income_year: Fen,
    other_transfer_year: Fen,
    social_insurance_paid_year: Fen,
    support_paid_year: Fen,
) -> Fen:
    """Transfers as before; from 2025 the child-rearing subsidy is no income (净转移性收入，育儿补贴不计)."""
    received = retirement_pension_year + counted_pension_year + support_income_year + other_transfer_year
    return positive_part(received - social_insurance_paid_year - support_paid_year)


@person(title="本人计入收入（年）", law="民发〔2021〕57号 §11", since="2021-07-01")
def income_year(
    counted_wage_year: Fen, business_year: Fen, property_income_year: Fen, transfer_year: Fen
) -> Fen:
    """Own counted income: wages, business, property, transfers (本人计入收入).

    Preferential compensation, awards, social assistance, disability subsidies and the advanced-age allowance
    are facts of their own and are not added: they are no income (57号 art. 13).
    """
    return counted_wage_year + business_year + property_income_year + transfer_year


@household(title="收入扣减（年）", law="民发〔2021〕57号 §14", since="2021-07-01")
def income_deduction_year(
    has_severe_disability: Each[bool],
    is_member: Each[bool],
    medical_paid_year: Each[Fen],
    rent_year: Fen,
    disabled_deduction_month: Fen,
    illness_is_deducted: bool,
    rent_is_deducted: bool,
) -> Fen:
    """What a locality lets be deducted for disability, illness and rent (刚性支出扣减)."""
    deduction = count(has_severe_disability) * disabled_deduction_month * MONTHS
    if illness_is_deducted:
        deduction = deduction + total_where(medical_paid_year, is_member)
    if rent_is_deducted:
        deduction = deduction + rent_year
    return deduction


@household(title="家庭计入收入（年）", law="民发〔2021〕57号 §11", since="2021-07-01")
def counted_income_year(
    income_year: Each[Fen], is_member: Each[bool], shared_income_year: Fen, income_deduction_year: Fen
) -> Fen:
    """Counted income of all members in twelve months (家庭计入收入)."""
    return positive_part(total_where(income_year, is_member) + shared_income_year - income_deduction_year)


@person(title="不超过上限的抚养费比例", law="赡养抚养费计算办法 §3", since="2021-07-01")
def maintenance_ratio_each(
    maintained_children: int, maintenance_ratio: BasisPoints, maintenance_cap: BasisPoints
) -> BasisPoints:
    """The payer's share for one child: the usual ratio, all children together within the cap (抚养费比例)."""
    if maintained_children < 1:
        return 0
    return lesser(maintenance_ratio, maintenance_cap // maintained_children)
