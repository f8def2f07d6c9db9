"""Stages 1 and 2 of the 43-rule set as rules of the Anmin engine: income, assets, tekun."""

from __future__ import annotations

from anmin.policy import BasisPoints, Each, Fen, household, person
from anmin.policy.codes import CareLevel, DisabilityKind
from anmin.policy.vocabulary import lesser, portion_down, positive_part

LAW = "bench/rules43/spec.md"
SINCE = "2024-07-01"
GRAVEST = 1
GRAVE = 2
MIDDLE = 3


# Stage 1: income and assets.


@person(title="计入工资", law=LAW, since=SINCE)
def wage_counted(
    wage_month: Fen,
    is_newly_employed: bool,
    dibao_standard: Fen,
    wage_exempt_ratio: BasisPoints,
    wage_exempt_cap: BasisPoints,
) -> Fen:
    """Wages after the exemption, which is capped; the newly employed keep all up to the cap."""
    cap = portion_down(dibao_standard, wage_exempt_cap)
    if is_newly_employed:
        return wage_month - lesser(wage_month, cap)
    return wage_month - lesser(portion_down(wage_month, wage_exempt_ratio), cap)


@person(title="计入养老金", law=LAW, since=SINCE)
def pension_counted(pension_month: Fen, age: int, old_age: int, pension_exempt: Fen) -> Fen:
    """Pensions; the basic pension of the old is exempt."""
    if age >= old_age:
        return positive_part(pension_month - pension_exempt)
    return pension_month


@person(title="可计算收入", law=LAW, since=SINCE)
def countable_income(
    wage_counted: Fen, pension_counted: Fen, business_month: Fen, transfer_month: Fen, property_month: Fen
) -> Fen:
    """Everything that counts, a month."""
    return wage_counted + pension_counted + business_month + transfer_month + property_month


@person(title="未成年人", law=LAW, since=SINCE)
def is_child(age: int, adult_age: int) -> bool:
    """Under age."""
    return age < adult_age


@person(title="老年人", law=LAW, since=SINCE)
def is_old(age: int, old_age: int) -> bool:
    """Old."""
    return age >= old_age


@person(title="重度残疾", law=LAW, since=SINCE)
def is_severely_disabled(disability_level: int, disability_kind: DisabilityKind) -> bool:
    """Level one or two, or intellectual or mental of level three."""
    if disability_level in (GRAVEST, GRAVE):
        return True
    return disability_level == MIDDLE and (
        disability_kind == DisabilityKind.INTELLECTUAL or disability_kind == DisabilityKind.MENTAL
    )


@person(title="无劳动能力", law=LAW, since=SINCE)
def is_without_labour(is_child: bool, is_old: bool, is_severely_disabled: bool) -> bool:
    """Cannot be expected to work."""
    return is_child or is_old or is_severely_disabled


@person(title="刚性支出", law=LAW, since=SINCE)
def rigid_cost(
    medical_month: Fen, education_month: Fen, rehabilitation_month: Fen, medical_share: BasisPoints
) -> Fen:
    """Costs that cannot be avoided, a month."""
    return portion_down(medical_month, medical_share) + education_month + rehabilitation_month


@household(title="家庭人数", law=LAW, since=SINCE)
def household_persons(age: Each[int]) -> int:
    """How many live here."""
    return len(age)


@household(title="低保财产条件", law=LAW, since=SINCE)
def passes_dibao_assets(
    financial_assets: Fen,
    cars: int,
    houses: int,
    household_persons: int,
    dibao_standard: Fen,
    asset_months_dibao: int,
    houses_dibao: int,
) -> bool:
    """Savings, cars and houses within the limits of dibao."""
    return (
        financial_assets <= dibao_standard * asset_months_dibao * household_persons
        and cars == 0
        and houses <= houses_dibao
    )


@household(title="边缘家庭财产条件", law=LAW, since=SINCE)
def passes_edge_assets(
    financial_assets: Fen,
    car_value: Fen,
    houses: int,
    household_persons: int,
    dibao_standard: Fen,
    asset_months_edge: int,
    car_value_edge: Fen,
    houses_edge: int,
) -> bool:
    """Savings, cars and houses within the limits of low-income families."""
    return (
        financial_assets <= dibao_standard * asset_months_edge * household_persons
        and car_value <= car_value_edge
        and houses <= houses_edge
    )


# Stage 2: tekun.


@person(title="特困人员", law=LAW, since=SINCE)
def is_tekun(
    is_without_labour: bool,
    has_able_supporter: bool,
    parents_state: int,
    countable_income: Fen,
    passes_dibao_assets: bool,
    dibao_standard: Fen,
) -> bool:
    """Without labour, without support, without means."""
    return (
        is_without_labour
        and not has_able_supporter
        and parents_state == 0
        and countable_income < dibao_standard
        and passes_dibao_assets
    )


@person(title="计入成员", law=LAW, since=SINCE)
def is_counted(is_tekun: bool, lives_in_institution: bool) -> bool:
    """Shares the household's means."""
    return not is_tekun and not lives_in_institution


@person(title="特困供养金", law=LAW, since=SINCE)
def tekun_amount(
    is_tekun: bool,
    care_level: CareLevel,
    dibao_standard: Fen,
    tekun_ratio: BasisPoints,
    tekun_care_half: Fen,
    tekun_care_full: Fen,
) -> Fen:
    """Living and care, a month."""
    if not is_tekun:
        return 0
    living = portion_down(dibao_standard, tekun_ratio)
    if care_level == CareLevel.FULL:
        return living + tekun_care_full
    if care_level == CareLevel.HALF:
        return living + tekun_care_half
    return living
