"""Entitled (应享未享): those who receive, and receive less than they are due."""

from anmin.policy import Alert, Day, Fen, person
from anmin.policy.codes import Direction
from anmin.policy.vocabulary import days_between, months_later

M38 = Alert("M38", "uplift_missing", Direction.MORE, "uplift")
M39 = Alert("M39", "care_level_old", Direction.MORE, "care_level")


@person(title="分类施保应享未享", law="民发〔2021〕57号 §27", since="2023-10-19")
def uplift_missing(
    receives_dibao: bool,
    receives_uplift: bool,
    uplift_for_age: Fen,
    uplift_for_minor: Fen,
    uplift_for_health: Fen,
) -> bool:
    """On dibao, old, young, or gravely disabled or ill where the place pays more for that, and no uplift (应享未享)."""
    if not receives_dibao or receives_uplift:
        return False
    return uplift_for_age > 0 or uplift_for_minor > 0 or uplift_for_health > 0


@person(title="特困照料等级与自理能力不符", law="民发〔2021〕43号 §20", since="2023-10-19")
def care_level_old(
    receives_tekun: bool,
    ability_assessed_day: Day,
    ability_changed_day: Day,
    assessment_months: int,
    change_wait_days: int,
    on: Day,
) -> bool:
    """Never assessed, assessed more than a year ago, or a change reported and not assessed in time (评估超期)."""
    if not receives_tekun:
        return False
    if ability_assessed_day < 1 or months_later(ability_assessed_day, assessment_months) <= on:
        return True
    is_open = ability_changed_day > ability_assessed_day
    return is_open and days_between(ability_changed_day, on) > change_wait_days
