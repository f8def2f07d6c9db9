"""Temporary price subsidy (价格临时补贴): when prices rise past a line, so much for each person on the books."""

from anmin.policy import BasisPoints, Benefit, Fen, household, person
from anmin.policy.codes import ChildStatus
from anmin.policy.vocabulary import WHOLE, YUAN, divide_half_up, greater

BENEFIT = Benefit(
    title="价格临时补贴",
    english="Temporary price subsidy",
    law="发改价格〔2021〕1553号 §2",
    unit="person",
    eligible="price_subsidy_eligible",
    amount="price_subsidy_amount",
    period="once",
    rank=80,
)


@household(title="达到价格联动启动条件", law="发改价格〔2021〕1553号 §2", since="2021-10-01")
def price_line_reached(
    cpi_rise: BasisPoints, food_cpi_rise: BasisPoints, cpi_trigger: BasisPoints, food_cpi_trigger: BasisPoints
) -> bool:
    """Consumer prices or food prices of the month reach their line; at the line is reached (启动条件)."""
    return cpi_rise >= cpi_trigger or food_cpi_rise >= food_cpi_trigger


@person(title="在价格补贴名册内", law="发改价格〔2021〕1553号 §2", since="2021-10-01")
def price_subsidy_eligible(
    price_line_reached: bool,
    is_member: bool,
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    single_dibao_eligible: bool,
    is_tekun: bool,
    receives_unemployment_benefit: bool,
    child_status: ChildStatus,
    is_edge: bool,
    price_subsidy_reaches_edge: bool,
) -> bool:
    """On the books of dibao, tekun, unemployment insurance or as an orphan or unsupported child (补贴对象)."""
    if not price_line_reached:
        return False
    if is_tekun or single_dibao_eligible or receives_unemployment_benefit or child_status != ChildStatus.NONE:
        return True
    on_dibao = dibao_eligible or dibao_expenditure_eligible
    return is_member and (on_dibao or (is_edge and price_subsidy_reaches_edge))


@person(title="价格临时补贴", law="发改价格〔2021〕1553号 §3", since="2021-10-01")
def price_subsidy_amount(
    price_subsidy_eligible: bool,
    dibao_standard: Fen,
    low_income_cpi_rise: BasisPoints,
    price_subsidy_floor: Fen,
) -> Fen:
    """The standard times the rise of the low-income index, to the yuan halves up, not below the floor (补贴额)."""
    if not price_subsidy_eligible:
        return 0
    return greater(
        divide_half_up(dibao_standard * low_income_cpi_rise, WHOLE * YUAN) * YUAN, price_subsidy_floor
    )
