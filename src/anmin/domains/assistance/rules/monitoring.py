"""What many rules of monitoring ask first: is the family on the books, and how much weight does that have."""

from anmin.policy import Day, Each, Fen, Months, Table, household, person
from anmin.policy.codes import Layer
from anmin.policy.vocabulary import (
    anyone,
    entry,
    greater,
    highest_lately,
    months_later,
    newest_told,
    positive_part,
    told_total,
    total,
)

YEAR = 12


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


@person(title="十二个月医疗个人负担", law="国办发〔2023〕39号 §3", since="2023-10-19")
def bills_told_year(medical_burden: Months[Fen]) -> Fen:
    """The own share of medical costs over the months that were told (十二个月医疗个人负担)."""
    return told_total(medical_burden)


@person(title="没有再申报的工资（年）", law="国办发〔2023〕39号 §3", since="2023-10-19")
def wage_gone_year(wage_reported: Months[Fen]) -> Fen:
    """By how much a year the wage lies below the person's own highest of the months told (工资比本人以往减少); nothing where
    the newest months were not told."""
    newest = newest_told(wage_reported)
    if newest < 0:
        return 0
    return positive_part(highest_lately(wage_reported, YEAR) - newest) * YEAR


@household(title="超出财产条件的存款", law="民发〔2021〕57号 §8", since="2023-10-19")
def savings_above_layers(
    financial_assets: Fen, dibao_standard: Fen, asset_months_edge: int, members: int
) -> Fen:
    """Savings above what the widest layer lets a household keep (超出财产条件的金融资产): no layer takes it with these, so they
    carry a bill first."""
    return positive_part(financial_assets - dibao_standard * asset_months_edge * members)


@household(title="扣除支出和减少的工资后的收入", law="国办发〔2023〕39号 §3", since="2023-10-19")
def income_left_year(
    counted_income_year: Fen,
    savings_above_layers: Fen,
    bills_told_year: Each[Fen],
    wage_gone_year: Each[Fen],
) -> Fen:
    """What the household has a year once its bills are paid and wages that ended are left out, savings above the limit of
    property with it (支出后的收入); it says who is looked at first and decides on nothing."""
    lost = total(bills_told_year) + total(wage_gone_year)
    return positive_part(counted_income_year + savings_above_layers - lost)
