"""Advanced-age allowance (高龄津贴) where it is set by the year, as in Weihai up to ninety-nine."""

from anmin.policy import Benefit, Fen, Table, person
from anmin.policy.vocabulary import band

BENEFIT = Benefit(
    title="高龄津贴（按年）",
    english="Advanced-age allowance by the year",
    law="老年人权益保障法 §33",
    unit="person",
    eligible="age_allowance_yearly_eligible",
    amount="age_allowance_yearly",
    period="year",
    due="age_allowance_yearly_month",
    rank=71,
)


@person(title="符合高龄津贴条件（按年）", law="老年人权益保障法 §33", since="2021-07-01")
def age_allowance_yearly_eligible(age_allowance_yearly: Fen) -> bool:
    """Whether the yearly allowance is due (符合高龄津贴条件)."""
    return age_allowance_yearly > 0


@person(title="高龄津贴（按年）", law="老年人权益保障法 §33", since="2021-07-01")
def age_allowance_yearly(age: int, is_registered_here: bool, age_allowance_yearly_bands: Table) -> Fen:
    """The yearly sum of the age band; no proration is published, so none is made (高龄津贴，元／年)."""
    return band(age_allowance_yearly_bands, age) if is_registered_here else 0
