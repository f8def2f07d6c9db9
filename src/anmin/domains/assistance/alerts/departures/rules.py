"""Departures (人员变动): deaths, sentences, marriages and divorces of those who receive."""

from anmin.policy import Alert, Day, Fen, Months, person
from anmin.policy.codes import Absence, Direction
from anmin.policy.vocabulary import days_between, months_later, newest_told

M23 = Alert("M23", "dead_and_paid", Direction.LESS, "death")
M24 = Alert("M24", "cremated_and_registered", Direction.DATA, "death")
M25 = Alert("M25", "imprisoned_and_counted", Direction.LESS, "prison")
M26 = Alert("M26", "married_lately", Direction.LESS, "family")
M27 = Alert("M27", "divorce_with_assets_moved", Direction.LESS, "family")


@person(title="任一待遇正在发放", law="国办发〔2023〕39号 §3", since="2023-10-19")
def is_paid_anything(
    is_paid: bool, living_subsidy_paid: Months[Fen], care_subsidy_paid: Months[Fen], pension_paid: Months[Fen]
) -> bool:
    """Aid, a subsidy or a pension went to the person in the newest month (在发待遇)."""
    subsidies = newest_told(living_subsidy_paid) > 0 or newest_told(care_subsidy_paid) > 0
    return is_paid or subsidies or newest_told(pension_paid) > 0


@person(title="死亡后仍在享", law="民发〔2021〕57号 §36", since="2023-10-19")
def dead_and_paid(is_paid_anything: bool, death_day: Day, cremation_day: Day, on: Day) -> bool:
    """Dead by any trusted word, and something is still paid (死亡后仍发放)."""
    died = 0 < death_day <= on
    cremated = 0 < cremation_day <= on
    return is_paid_anything and (died or cremated)


@person(title="已火化未销户", law="国办发〔2023〕39号 §3", since="2023-10-19")
def cremated_and_registered(cremation_day: Day, death_day: Day, cremation_wait_days: int, on: Day) -> bool:
    """Cremated for a month, and the household register still counts the person as living (火化未销户)."""
    if cremation_day < 1 or death_day > 0:
        return False
    return days_between(cremation_day, on) > cremation_wait_days


@person(title="服刑人员仍计入享受人口", law="民发〔2021〕57号 §7", since="2023-10-19")
def imprisoned_and_counted(
    is_paid: bool, absence: Absence, sentence_first_day: Day, sentence_last_day: Day, on: Day
) -> bool:
    """Serving a sentence on the day while paid as a member of the household (服刑仍在享)."""
    if not is_paid:
        return False
    serves = 0 < sentence_first_day <= on and on <= sentence_last_day
    return serves or absence == Absence.PRISON


@person(title="在享期间结婚", law="民发〔2021〕57号 §36", since="2023-10-19")
def married_lately(is_paid: bool, marriage_day: Day, lately_months: int, on: Day) -> bool:
    """A marriage of somebody who receives: members and income are to be seen again (新婚、再婚)."""
    return is_paid and 0 < marriage_day <= on and on < months_later(marriage_day, lately_months)


@person(title="申请前离婚并转移不动产", law="民发〔2021〕57号 §36", since="2023-10-19")
def divorce_with_assets_moved(
    divorce_day: Day, application_day: Day, asset_moved_day: Day, divorce_window_months: int
) -> bool:
    """Divorced within a year before applying, and real estate moved away about then (离婚转移财产)."""
    if divorce_day < 1 or application_day < divorce_day or asset_moved_day < 1:
        return False
    if application_day >= months_later(divorce_day, divorce_window_months):
        return False
    return asset_moved_day <= application_day and divorce_day < months_later(
        asset_moved_day, divorce_window_months
    )
