"""Illness (疾病): bills that a family cannot carry, and illness that changes what it is due."""

from anmin.policy import Alert, BasisPoints, Day, Each, Fen, Months, household, person
from anmin.policy.codes import Direction, Layer
from anmin.policy.vocabulary import (
    WHOLE,
    began_lately,
    highest_lately,
    newest_told,
    told_this_year,
    told_total,
    total,
)

M01 = Alert("M01", "watched_bill", Direction.NEED, "illness")
M02 = Alert("M02", "resident_bill", Direction.NEED, "illness")
M03 = Alert("M03", "burden_of_income", Direction.NEED, "illness")
M04 = Alert("M04", "burden_over_aid_line", Direction.NEED, "illness")
M05 = Alert("M05", "serious_illness_new", Direction.MORE, "illness")
M06 = Alert("M06", "long_stay", Direction.SAFETY, "illness")


@person(title="监测对象单次住院负担过高", law="国办发〔2023〕39号 §3", since="2023-10-19")
def watched_bill(
    is_on_books: bool, inpatient_top: Months[Fen], watched_bill_limit: Fen, lately_months: int
) -> bool:
    """The own share of one stay of somebody on the books is above the limit (单次住院个人负担)."""
    return is_on_books and highest_lately(inpatient_top, lately_months) > watched_bill_limit


@person(title="居民单次住院负担过高", law="国办发〔2023〕39号 §3", since="2023-10-19")
def resident_bill(inpatient_top: Months[Fen], resident_bill_limit: Fen, lately_months: int) -> bool:
    """The own share of one stay of anybody is above the limit (单次住院个人负担)."""
    return highest_lately(inpatient_top, lately_months) > resident_bill_limit


@person(title="本年医疗负担", law="国办发〔2023〕39号 §3", since="2023-10-19")
def burden_this_year(medical_burden: Months[Fen], on: Day) -> Fen:
    """The own share of medical costs since January (本年医疗负担)."""
    return told_this_year(medical_burden, on)


@household(title="本年医疗负担占家庭收入过高", law="国办发〔2023〕39号 §3", since="2023-10-19")
def burden_of_income(
    burden_this_year: Each[Fen],
    counted_income_year: Fen,
    is_on_books: bool,
    burden_ratio: BasisPoints,
    burden_floor: Fen,
    burden_reaches_all: bool,
) -> bool:
    """The household's own share this year reaches a part of its yearly income, at the line included (医疗负担占比)."""
    burden = total(burden_this_year)
    if burden < burden_floor or not (is_on_books or burden_reaches_all):
        return False
    return burden * WHOLE >= counted_income_year * burden_ratio


@person(title="十二个月政策范围内负担", law="国办发〔2023〕39号 §3", since="2023-10-19")
def scope_burden_year(scope_burden: Months[Fen]) -> Fen:
    """The own share within the scope of insurance over twelve months (政策范围内个人负担)."""
    return told_total(scope_burden)


@household(title="政策范围内负担超过医疗救助线", law="国办发〔2023〕39号 §3", since="2023-10-19")
def burden_over_aid_line(
    scope_burden_year: Each[Fen], disposable_income_year: Fen, aid_line_ratio: BasisPoints
) -> bool:
    """Above the line from which medical aid for illness that impoverishes counts (因病致贫重病患者救助线)."""
    return total(scope_burden_year) * WHOLE > disposable_income_year * aid_line_ratio


@person(title="低保、边缘对象新增大病慢特病", law="民发〔2021〕57号 §8", since="2023-10-19")
def serious_illness_new(
    serious_registered: Months[bool], is_aided: bool, recognised_layer: Layer, lately_months: int
) -> bool:
    """A new registration of serious illness on dibao or EDGE: uplift or dibao alone may be due (新增备案)."""
    return (is_aided or recognised_layer == Layer.EDGE) and began_lately(serious_registered, lately_months)


@person(title="长期住院", law="国办发〔2023〕39号 §3", since="2023-10-19")
def long_stay(inpatient_days: Months[int], is_on_books: bool, long_stay_days: int) -> bool:
    """In hospital for thirty days without a break: who cares for those at home (长期住院)."""
    return is_on_books and newest_told(inpatient_days) >= long_stay_days
