"""Small quick relief (小额快救): an emergency, within three days, up to one month of the local standard."""

from anmin.policy import Benefit, Fen, household
from anmin.policy.codes import HardshipEvent
from anmin.policy.vocabulary import lesser

BENEFIT = Benefit(
    title="小额快救",
    english="Small quick relief",
    law="临时救助意见2026 §1",
    unit="household",
    eligible="temporary_small_eligible",
    amount="temporary_small_amount",
    period="once",
    rank=90,
    publish=False,
)
LAST_URGENT = int(HardshipEvent.OTHER_ACCIDENT)


@household(title="属于急难情形", law="社会救助暂行办法 §47；改革完善社会救助39号 §2", since="2021-07-01")
def is_urgent_event(temporary_event: HardshipEvent) -> bool:
    """Fire, traffic or another accident, a sudden major illness: help is needed at once (急难情形)."""
    return temporary_event != HardshipEvent.NONE and temporary_event <= LAST_URGENT


@household(title="符合小额快救条件", law="临时救助意见2026 §1", since="2026-01-29")
def temporary_small_eligible(is_urgent_event: bool, temporary_need: Fen) -> bool:
    """An emergency with a need; income is not looked at first (小额快救)."""
    return is_urgent_event and temporary_need > 0


@household(title="小额快救金额", law="临时救助意见2026 §1", since="2026-01-29")
def temporary_small_amount(
    temporary_small_eligible: bool, temporary_need: Fen, dibao_standard: Fen, temporary_small_standards: int
) -> Fen:
    """The need, up to so many months of the standard (小额快救金额)."""
    if not temporary_small_eligible:
        return 0
    return lesser(temporary_need, dibao_standard * temporary_small_standards)
