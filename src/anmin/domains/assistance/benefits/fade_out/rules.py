"""Fade-out of dibao (低保渐退): a member took a job and income now exceeds the standard."""

from anmin.policy import Benefit, Day, Fen, household
from anmin.policy.vocabulary import months_later

BENEFIT = Benefit(
    title="低保渐退金",
    english="Fade-out of dibao",
    law="民发〔2021〕57号 §34",
    unit="household",
    eligible="fade_out_eligible",
    amount="fade_out_amount",
    rank=24,
)


@household(title="在渐退期内", law="民发〔2021〕57号 §34", since="2021-07-01")
def fade_out_eligible(
    dibao_eligible: bool,
    dibao_expenditure_eligible: bool,
    previous_dibao_month: Fen,
    fade_first_day: Day,
    fade_months: int,
    on: Day,
) -> bool:
    """Was paid before the job, no longer qualifies, and the months of grace are not over (渐退期)."""
    if dibao_eligible or dibao_expenditure_eligible or previous_dibao_month == 0 or fade_first_day == 0:
        return False
    return fade_first_day <= on and on < months_later(fade_first_day, fade_months)


@household(title="低保渐退金", law="民发〔2021〕57号 §34", since="2021-07-01")
def fade_out_amount(fade_out_eligible: bool, previous_dibao_month: Fen) -> Fen:
    """The amount paid before, unchanged (渐退金)."""
    return previous_dibao_month if fade_out_eligible else 0
