"""Advanced-age allowance (高龄津贴) where it is set by the month: so much from an age on, by bands."""

from anmin.policy import Benefit, Fen, Table, person
from anmin.policy.vocabulary import band

BENEFIT = Benefit(
    title="高龄津贴（按月）",
    english="Advanced-age allowance by the month",
    law="老年人权益保障法 §33",
    unit="person",
    eligible="age_allowance_eligible",
    amount="age_allowance_amount",
    rank=70,
)


@person(title="符合高龄津贴条件（按月）", law="老年人权益保障法 §33", since="2021-07-01")
def age_allowance_eligible(age_allowance_amount: Fen) -> bool:
    """Whether the monthly allowance is due (符合高龄津贴条件)."""
    return age_allowance_amount > 0


@person(title="高龄津贴（按月）", law="老年人权益保障法 §33", since="2021-07-01")
def age_allowance_amount(age: int, is_registered_here: bool, age_allowance_bands: Table) -> Fen:
    """The sum of the age band, from the birthday on, for those registered here (高龄津贴)."""
    return band(age_allowance_bands, age) if is_registered_here else 0
