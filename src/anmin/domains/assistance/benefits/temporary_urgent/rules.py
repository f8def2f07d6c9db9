"""Temporary assistance in emergencies (急难型临时救助): for a household or one person, wherever it happens."""

from anmin.policy import Benefit, Fen, household
from anmin.policy.vocabulary import lesser

BENEFIT = Benefit(
    title="急难型临时救助",
    english="Temporary assistance in an emergency",
    law="社会救助暂行办法 §47；改革完善社会救助39号 §2",
    unit="household",
    eligible="temporary_urgent_eligible",
    amount="temporary_urgent_amount",
    period="once",
    rank=91,
    publish=False,
)


@household(
    title="符合急难型临时救助条件", law="社会救助暂行办法 §47；改革完善社会救助39号 §2", since="2021-07-01"
)
def temporary_urgent_eligible(is_urgent_event: bool, temporary_need: Fen) -> bool:
    """An emergency with a need; income and registration are not looked at first (急难型)."""
    return is_urgent_event and temporary_need > 0


@household(
    title="急难型临时救助金额", law="社会救助暂行办法 §47；改革完善社会救助39号 §2", since="2021-07-01"
)
def temporary_urgent_amount(
    temporary_urgent_eligible: bool, temporary_need: Fen, dibao_standard: Fen, temporary_urgent_standards: int
) -> Fen:
    """The need, up to so many times the standard as the place has fixed (急难型救助金额)."""
    if not temporary_urgent_eligible:
        return 0
    return lesser(temporary_need, dibao_standard * temporary_urgent_standards)
