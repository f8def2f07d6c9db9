"""Alone (独居与支取): signs that someone who lives alone may be in danger, and payments that do not arrive."""

from anmin.policy import Alert, Months, household, person
from anmin.policy.codes import Direction
from anmin.policy.vocabulary import highest_lately, months_without, newest_told

M44 = Alert("M44", "power_near_zero", Direction.SAFETY, "alone")
M45 = Alert("M45", "aid_not_drawn", Direction.SAFETY, "alone", months=3)
M46 = Alert("M46", "payment_returned", Direction.DATA, "payment")


@household(title="独居家庭用电近零", law="国办发〔2023〕39号 §3", since="2023-10-19")
def power_near_zero(
    members: int, is_on_books: bool, power_used: Months[int], power_limit: int, power_reaches_all: bool
) -> bool:
    """Someone lives alone, and the newest month's power is almost nothing; silence of the source is not zero (用电近零)."""
    used = newest_told(power_used)
    return members == 1 and (is_on_books or power_reaches_all) and used >= 0 and used < power_limit


@person(title="独居老人救助金长期未支取", law="国办发〔2023〕39号 §3", since="2023-10-19")
def aid_not_drawn(
    is_elder: bool, members: int, is_paid: bool, withdrawn: Months[bool], undrawn_months: int
) -> bool:
    """A single old person has drawn nothing for three months (长期未支取)."""
    lives_alone = members <= 1
    return is_paid and is_elder and lives_alone and months_without(withdrawn) >= undrawn_months


@person(title="救助金退汇", law="国办发〔2023〕39号 §3", since="2023-10-19")
def payment_returned(payments_returned: Months[int], return_months: int) -> bool:
    """A payment came back from the bank (退汇)."""
    return highest_lately(payments_returned, return_months) > 0
