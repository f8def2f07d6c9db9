"""Heating aid (取暖救助): once in a heating season, for the recognised layers that a place lists and by its own sums."""

from anmin.policy import Benefit, Each, Fen, Table, household
from anmin.policy.codes import Layer
from anmin.policy.vocabulary import anyone, entry, greater

BENEFIT = Benefit(
    title="取暖救助",
    english="Heating aid",
    law="改革完善社会救助39号 §3",
    unit="household",
    eligible="heating_eligible",
    amount="heating_amount",
    period="year",
    due="heating_month",
    needs=("heating_aid",),
    source="县级民政局",
    rank=82,
    publish=False,
)
TEKUN = 9  # the line of tekun persons in a place's table, beside the codes of the layers


@household(title="符合取暖救助条件", law="改革完善社会救助39号 §3", since="2023-10-19")
def heating_eligible(heating_amount: Fen) -> bool:
    """Whether the place gives this family something for the season (符合取暖救助条件)."""
    return heating_amount > 0


@household(title="取暖救助金", law="改革完善社会救助39号 §3", since="2023-10-19")
def heating_amount(recognised_layer: Layer, receives_tekun: Each[bool], heating_aid: Table) -> Fen:
    """The sum of the layer on the books, or that of tekun where it is higher; a layer not listed has none (取暖救助金)."""
    of_layer = entry(heating_aid, recognised_layer)
    return greater(of_layer, entry(heating_aid, TEKUN)) if anyone(receives_tekun) else of_layer
