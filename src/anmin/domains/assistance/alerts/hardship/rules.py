"""Hardship (突发困难): disasters, dangerous houses, calls for help, and families that left and fall again."""

from anmin.policy import Alert, Day, Each, Months, household, person
from anmin.policy.codes import Direction
from anmin.policy.vocabulary import anyone, highest_lately, months_later

M41 = Alert("M41", "left_and_falling", Direction.NEED, "relapse", months=3)
M42 = Alert("M42", "disaster_hit", Direction.NEED, "disaster")
M43 = Alert("M43", "dangerous_house", Direction.SAFETY, "house")
M47 = Alert("M47", "call_for_help", Direction.NEED, "appeal")


@household(title="退出后又遇大额支出或失业", law="民办函〔2024〕31号 §2", since="2024-04-26")
def left_and_falling(
    left_lately: bool,
    watched_bill: Each[bool],
    resident_bill: Each[bool],
    burden_of_income: bool,
    burden_over_aid_line: bool,
    serious_illness_new: Each[bool],
    disability_new: Each[bool],
    unemployed_without_benefit: Each[bool],
    unemployment_benefit_ended: Each[bool],
    whole_household_jobless: bool,
) -> bool:
    """Left or refused within two years, and one of the rules about illness, disability or work holds (返困)."""
    if not left_lately:
        return False
    if burden_of_income or burden_over_aid_line or whole_household_jobless:
        return True
    if anyone(watched_bill) or anyone(resident_bill) or anyone(serious_illness_new):
        return True
    return anyone(disability_new) or anyone(unemployed_without_benefit) or anyone(unemployment_benefit_ended)


@household(title="受灾或转移安置", law="国办发〔2023〕39号 §3", since="2023-10-19")
def disaster_hit(disaster_day: Day, lately_months: int, on: Day) -> bool:
    """On the list of damaged houses or of relocation lately (受灾家庭)."""
    return 0 < disaster_day <= on and on < months_later(disaster_day, lately_months)


@household(title="低收入家庭住危房", law="国办发〔2023〕39号 §3", since="2023-10-19")
def dangerous_house(is_on_books: bool, house_danger: int, house_danger_limit: int) -> bool:
    """A family on the books in a house of grade C or D (危房)."""
    return is_on_books and house_danger >= house_danger_limit


@person(title="热线、信访反映困难", law="国办发〔2023〕39号 §3", since="2023-10-19")
def call_for_help(calls_for_help: Months[int], call_months: int) -> bool:
    """A hotline, letter or visit about hardship by or about the person (群众反映困难)."""
    return highest_lately(calls_for_help, call_months) > 0
