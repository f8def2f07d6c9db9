"""The layer of a household (低收入人口分层): the strongest protection it qualifies for, one only."""

from anmin.policy import Each, Fen, household
from anmin.policy.codes import Coverage, Layer
from anmin.policy.vocabulary import anyone, count, total


@household(
    title="低收入人口分层", law="民发〔2021〕57号 §8", since="2021-07-01", until="2024-12-31", name="layer"
)
def layer_before_rigid(
    dibao_eligible: bool, dibao_expenditure_eligible: bool, is_edge: bool, is_watched: bool
) -> Layer:
    """The layer before households with rigid expenditure were recognised (分层，2025 年以前)."""
    if dibao_eligible:
        return Layer.DIBAO
    if dibao_expenditure_eligible:
        return Layer.DIBAO_EXPENDITURE
    if is_edge:
        return Layer.EDGE
    return Layer.WATCHED if is_watched else Layer.NONE


@household(title="低收入人口分层", law="刚性支出困难家庭认定办法 §3", since="2025-01-01", name="layer")
def layer_with_rigid(
    dibao_eligible: bool, dibao_expenditure_eligible: bool, is_edge: bool, is_rigid: bool, is_watched: bool
) -> Layer:
    """The layer, in the order dibao, dibao by expenditure, EDGE, RIGID, watched (分层)."""
    if dibao_eligible:
        return Layer.DIBAO
    if dibao_expenditure_eligible:
        return Layer.DIBAO_EXPENDITURE
    if is_edge:
        return Layer.EDGE
    if is_rigid:
        return Layer.RIGID
    return Layer.WATCHED if is_watched else Layer.NONE


@household(title="按月救助金合计", law="社会救助暂行办法 §9", since="2021-07-01")
def household_aid_month(
    dibao_amount: Fen,
    dibao_expenditure_amount: Fen,
    fade_out_amount: Fen,
    uplift_amount: Each[Fen],
    single_dibao_amount: Each[Fen],
    tekun_amount: Each[Fen],
) -> Fen:
    """Basic-living aid of the household a month: dibao in its kinds, uplift, fade-out, tekun (按月救助金)."""
    shared = dibao_amount + dibao_expenditure_amount + fade_out_amount
    return shared + total(uplift_amount) + total(single_dibao_amount) + total(tekun_amount)


@household(title="应保与在保比对", law="民发〔2021〕57号 §36", since="2021-07-01")
def coverage(
    household_aid_month: Fen, layer: Layer, receives_dibao: Each[bool], receives_tekun: Each[bool]
) -> Coverage:
    """What the household should have, against what it receives now (应保未保、在保不符的比对)."""
    is_due = household_aid_month > 0 or layer == Layer.DIBAO or layer == Layer.DIBAO_EXPENDITURE
    receives = anyone(receives_dibao) or anyone(receives_tekun)
    if is_due and receives:
        return Coverage.COVERED
    if is_due:
        return Coverage.MISSED
    return Coverage.WITHOUT_GROUND if receives else Coverage.NONE


@household(title="低于监测线的人数", law="脱贫攻坚巡视反馈口径 §1", since="2021-07-01")
def target_persons(counted_income_year: Fen, members: int, monitoring_line_year: Fen) -> int:
    """Members of a household whose income per head is not above the yearly line (目标人群)."""
    return (
        members if counted_income_year <= monitoring_line_year * members and monitoring_line_year > 0 else 0
    )


@household(title="其中已纳入低保或特困的人数", law="脱贫攻坚巡视反馈口径 §1", since="2021-07-01")
def target_persons_covered(
    target_persons: int, receives_dibao: Each[bool], receives_tekun: Each[bool]
) -> int:
    """Of them, those on dibao or tekun now (目标人群中已纳入的人数)."""
    if target_persons < 1:
        return 0
    covered = count(receives_dibao) + count(receives_tekun)
    return covered if covered < target_persons else target_persons
