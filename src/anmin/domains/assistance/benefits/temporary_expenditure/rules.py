"""Temporary assistance for necessary spending (支出型临时救助): by persons and months of hardship, up to a cap."""

from anmin.policy import Benefit, Fen, household
from anmin.policy.codes import HardshipEvent
from anmin.policy.vocabulary import lesser

BENEFIT = Benefit(
    title="支出型临时救助",
    english="Temporary assistance for necessary spending",
    law="社会救助暂行办法 §47；改革完善社会救助39号 §2",
    unit="household",
    eligible="temporary_expenditure_eligible",
    amount="temporary_expenditure_amount",
    period="once",
    rank=92,
)
LAST_URGENT = int(HardshipEvent.OTHER_ACCIDENT)


@household(
    title="符合支出型临时救助条件", law="社会救助暂行办法 §47；改革完善社会救助39号 §2", since="2021-07-01"
)
def temporary_expenditure_eligible(
    temporary_event: HardshipEvent,
    temporary_need: Fen,
    counted_income_year: Fen,
    members: int,
    disposable_income_year: Fen,
    property_within_edge: bool,
) -> bool:
    """Necessary spending beyond the family's means, income per head below last year's disposable income (支出型)."""
    if temporary_event <= LAST_URGENT or temporary_need < 1 or members < 1:
        return False
    return counted_income_year < disposable_income_year * members and property_within_edge


@household(
    title="支出型临时救助金额", law="社会救助暂行办法 §47；改革完善社会救助39号 §2", since="2021-07-01"
)
def temporary_expenditure_amount(
    temporary_expenditure_eligible: bool,
    temporary_need: Fen,
    members: int,
    dibao_standard: Fen,
    temporary_months: int,
    temporary_most_months: int,
) -> Fen:
    """Standard by persons by months of hardship, capped in months, never more than the need (支出型救助金额)."""
    if not temporary_expenditure_eligible:
        return 0
    return lesser(temporary_need, dibao_standard * members * lesser(temporary_months, temporary_most_months))
