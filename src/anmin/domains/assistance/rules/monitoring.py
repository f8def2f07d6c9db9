"""What many rules of monitoring ask first: is the family on the books, and how much weight does that have."""

from anmin.policy import Day, Each, Table, household, person
from anmin.policy.codes import Layer
from anmin.policy.vocabulary import anyone, entry, greater, months_later


@household(title="在享低保或特困", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_aided(receives_dibao: Each[bool], receives_tekun: Each[bool]) -> bool:
    """Somebody of the household receives dibao or tekun now (在享低保或特困)."""
    return anyone(receives_dibao) or anyone(receives_tekun)


@household(title="在低收入人口名册内", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_on_books(is_aided: bool, recognised_layer: Layer, is_return_to_poverty_watched: bool) -> bool:
    """Aided, recognised in any layer, or watched against return to poverty (在低收入人口名册内)."""
    return is_aided or recognised_layer != Layer.NONE or is_return_to_poverty_watched


@person(title="本人在享低保或特困", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_paid(receives_dibao: bool, receives_tekun: bool) -> bool:
    """The person receives dibao or tekun now (本人在享)."""
    return receives_dibao or receives_tekun


@household(title="退出低保或特困不满期限", law="民办函〔2024〕31号 §2", since="2024-04-26")
def left_lately(left_aid_day: Day, refused_aid_day: Day, watch_months_after_leaving: int, on: Day) -> bool:
    """Left dibao or tekun, or was refused, not long ago (退出或未通过不满期限)."""
    last = greater(left_aid_day, refused_aid_day)
    return 0 < last <= on and on < months_later(last, watch_months_after_leaving)


@household(title="身份权重", law="国办发〔2023〕39号 §3", since="2023-10-19")
def identity_weight(
    recognised_layer: Layer,
    is_return_to_poverty_watched: bool,
    identity_weights: Table,
    return_to_poverty_weight: int,
) -> int:
    """What the household already is adds to its risk; two identities do not add up (身份权重)."""
    known = entry(identity_weights, recognised_layer)
    return greater(known, return_to_poverty_weight) if is_return_to_poverty_watched else known
