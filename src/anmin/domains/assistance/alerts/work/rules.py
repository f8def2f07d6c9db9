"""Work (就业): lost, ended, found; a pension that begins."""

from anmin.policy import Alert, Each, Fen, Months, household, person
from anmin.policy.codes import Direction, Study
from anmin.policy.vocabulary import (
    began_lately,
    count,
    ended_lately,
    months_with,
    months_without,
    newest_told,
    told_total,
)

M13 = Alert("M13", "unemployed_without_benefit", Direction.NEED, "work", months=3)
M14 = Alert("M14", "unemployment_benefit_ended", Direction.NEED, "work", months=2)
M15 = Alert("M15", "whole_household_jobless", Direction.NEED, "work", months=3)
M16 = Alert("M16", "job_found", Direction.LESS, "income", months=2)
M17 = Alert("M17", "pension_began", Direction.LESS, "income", months=2)
N01 = Alert("N01", "studies_ended", Direction.LESS, "school_left", months=2)  # ours: the list of 52 has none

ADULT = 18  # 民法典 art. 17


@person(title="登记失业且无失业金", law="国办发〔2023〕39号 §3", since="2023-10-19")
def unemployed_without_benefit(
    unemployed_registered: Months[bool], unemployment_paid: Months[Fen], unemployed_months: int
) -> bool:
    """Registered as unemployed for three months and no benefit (登记失业且未领失业金)."""
    return months_with(unemployed_registered) >= unemployed_months and newest_told(unemployment_paid) == 0


@person(title="失业保险金领取期满", law="国办发〔2023〕39号 §3", since="2023-10-19")
def unemployment_benefit_ended(
    unemployment_paid: Months[Fen], insured: Months[bool], lately_months: int
) -> bool:
    """The last month of unemployment benefit has been paid, and no job was found since (失业金期满)."""
    return ended_lately(unemployment_paid, lately_months) and newest_told(insured) == 0


@person(title="劳动年龄内可就业", law="国办发〔2023〕39号 §3", since="2023-10-19")
def could_work(
    age: int, study: Study, has_severe_disability: bool, working_age_end: int, has_major_illness: bool
) -> bool:
    """Of working age, not at school, neither severely disabled nor gravely ill (有劳动能力的成年人)."""
    if has_severe_disability or has_major_illness or study != Study.NONE:
        return False
    return age >= ADULT and age < working_age_end


@person(title="连续无社保缴费", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_long_uninsured(
    could_work: bool, insured: Months[bool], pension_paid: Months[Fen], jobless_months: int
) -> bool:
    """Could work, and for three months no employer has paid in, nor is there a pension (连续无缴费)."""
    return could_work and months_without(insured) >= jobless_months and newest_told(pension_paid) == 0


@person(title="此前有过社保缴费", law="国办发〔2023〕39号 §3", since="2023-10-19")
def was_insured(insured: Months[bool]) -> bool:
    """An employer paid in within the twelve months (曾有缴费)."""
    return told_total(insured) > 0


@household(title="零就业家庭", law="国办发〔2023〕39号 §3", since="2023-10-19")
def whole_household_jobless(
    could_work: Each[bool],
    is_long_uninsured: Each[bool],
    was_insured_count: int,
    jobless_counts: bool,
    jobless_after_work_only: bool,
) -> bool:
    """Nobody of those who could work has been insured for three months (零就业家庭)."""
    able = count(could_work)
    if not jobless_counts or able < 1 or count(is_long_uninsured) < able:
        return False
    return was_insured_count > 0 or not jobless_after_work_only


@household(title="此前有过社保缴费的人数", law="国办发〔2023〕39号 §3", since="2023-10-19")
def was_insured_count(was_insured: Each[bool]) -> int:
    """How many an employer paid in for within the twelve months (曾有缴费人数)."""
    return count(was_insured)


@person(title="低保对象新就业参保", law="低保扩围增效通知2022 §4", since="2023-10-19")
def job_found(insured: Months[bool], receives_dibao: bool, lately_months: int) -> bool:
    """On dibao and insured by an employer for the first time: fade-out, not a stop (新就业参保)."""
    return receives_dibao and began_lately(insured, lately_months)


@person(title="新领养老金", law="民发〔2021〕57号 §36", since="2023-10-19")
def pension_began(pension_paid: Months[Fen], is_paid: bool, lately_months: int) -> bool:
    """Aided, and a pension began: income is to be computed again (新领养老金)."""
    return is_paid and began_lately(pension_paid, lately_months)


@person(title="在享人员毕业、离校", law="民发〔2021〕57号 §36", since="2023-10-19")
def studies_ended(in_college: Months[bool], is_paid: bool, lately_months: int) -> bool:
    """Aided, and enrolled no more: study and capacity to work are to be seen again (毕业或离校)."""
    return is_paid and ended_lately(in_college, lately_months)
