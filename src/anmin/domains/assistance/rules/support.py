"""Support from relatives outside the household (赡养费、抚养费), by agreement, by receipt, or by formula."""

from anmin.policy import BasisPoints, Fen, person
from anmin.policy.codes import SupportFormula
from anmin.policy.vocabulary import MONTHS, divide_down, greater, portion_down, positive_part

FEW_CHILDREN = 2  # the share falls from the third child on


@person(title="赡养费分摊比例", law="赡养抚养费计算办法 §2", since="2021-07-01")
def support_share(
    supporters: int, support_formula: SupportFormula, support_half: BasisPoints, support_less: BasisPoints
) -> BasisPoints:
    """The part of a supporter's surplus that is owed (赡养费比例)."""
    if support_formula == SupportFormula.NONE:
        return 0
    if support_formula == SupportFormula.SHARE_BY_CHILDREN and supporters > FEW_CHILDREN:
        return support_less
    return support_half


@person(title="第一赡养人应付（年）", law="赡养抚养费计算办法 §2", since="2021-07-01")
def first_support_year(
    supporter1_income_year: Fen,
    supporter1_members: int,
    supporter1_supported: int,
    supporter1_is_unable: bool,
    dibao_standard: Fen,
    support_share: BasisPoints,
) -> Fen:
    """What the first supporter owes this person: half of the surplus over the standard, shared (应付赡养费)."""
    if supporter1_is_unable:
        return 0
    surplus = positive_part(supporter1_income_year - dibao_standard * MONTHS * supporter1_members)
    return divide_down(portion_down(surplus, support_share), supporter1_supported)


@person(title="第二赡养人应付（年）", law="赡养抚养费计算办法 §2", since="2021-07-01")
def second_support_year(
    supporter2_income_year: Fen,
    supporter2_members: int,
    supporter2_supported: int,
    supporter2_is_unable: bool,
    dibao_standard: Fen,
    support_share: BasisPoints,
) -> Fen:
    """What the second supporter owes this person (应付赡养费)."""
    if supporter2_is_unable:
        return 0
    surplus = positive_part(supporter2_income_year - dibao_standard * MONTHS * supporter2_members)
    return divide_down(portion_down(surplus, support_share), supporter2_supported)


@person(title="不同住父母应付抚养费（年）", law="赡养抚养费计算办法 §3", since="2021-07-01")
def maintenance_year(
    is_minor: bool, maintenance_payer_income_year: Fen, maintenance_ratio_each: BasisPoints
) -> Fen:
    """What a parent living elsewhere owes a child (抚养费)."""
    if not is_minor:
        return 0
    return portion_down(maintenance_payer_income_year, maintenance_ratio_each)


@person(title="计入的赡养抚养费（年）", law="赡养抚养费计算办法 §1", since="2021-07-01")
def support_income_year(
    support_agreed_year: Fen,
    support_received_year: Fen,
    first_support_year: Fen,
    second_support_year: Fen,
    further_support_year: Fen,
    maintenance_year: Fen,
) -> Fen:
    """Agreement or ruling first; more where more was received; else the formula (计入的赡养抚养费)."""
    if support_agreed_year > 0:
        return greater(support_agreed_year, support_received_year)
    by_formula = first_support_year + second_support_year + further_support_year + maintenance_year
    return greater(by_formula, support_received_year)
