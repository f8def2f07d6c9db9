"""Prices (物价): the index of the month reaches the line at which subsidies must be paid to everyone on the books."""

from anmin.policy import Alert, household
from anmin.policy.codes import Direction

M52 = Alert("M52", "price_index_trigger", Direction.MORE, "prices", is_place=True)


@household(title="物价联动启动", law="发改价格〔2021〕1553号 §2", since="2023-10-19")
def price_index_trigger(price_line_reached: bool) -> bool:
    """Consumer or food prices have reached their line: the subsidy run of the place is due (联动机制启动)."""
    return price_line_reached
