"""Families at the edge of dibao (最低生活保障边缘家庭): a recognition that opens other help."""

from anmin.policy import BasisPoints, Benefit, Fen, household
from anmin.policy.vocabulary import MONTHS, WHOLE

BENEFIT = Benefit(
    title="低保边缘家庭认定",
    english="Recognition as a family at the edge of dibao",
    law="民发〔2021〕57号 §8",
    unit="household",
    eligible="is_edge",
    rank=30,
    publish=False,
)


@household(title="符合低保边缘家庭条件", law="民发〔2021〕57号 §8", since="2021-07-01")
def is_edge(
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    counted_income_year: Fen,
    members: int,
    dibao_standard: Fen,
    edge_multiple: BasisPoints,
    edge_includes_line: bool,
    property_within_edge: bool,
    has_authorised_check: bool,
) -> bool:
    """Not on dibao, income below a multiple of the standard (some places: not above), property within the rule."""
    if dibao_eligible or dibao_expenditure_eligible or members < 1 or not has_authorised_check:
        return False
    line = dibao_standard * MONTHS * members * edge_multiple
    income = counted_income_year * WHOLE
    if income > line or (income == line and not edge_includes_line):
        return False
    return property_within_edge
