"""Deadlines (时限): reviews, recognitions and cases whose time runs out."""

from anmin.policy import Alert, BasisPoints, Day, Table, household
from anmin.policy.codes import Direction
from anmin.policy.vocabulary import WHOLE, days_between, entry, months_later

M48 = Alert("M48", "review_overdue", Direction.DATA, "review")
M49 = Alert("M49", "rigid_ending", Direction.DATA, "recognition")
M50 = Alert("M50", "fade_out_over", Direction.LESS, "fade_out")
M51 = Alert("M51", "case_clock", Direction.DATA, "case")


@household(title="复核超期", law="民发〔2021〕57号 §36", since="2023-10-19")
def review_overdue(
    is_aided: bool, last_review_day: Day, review_class: int, review_periods: Table, on: Day
) -> bool:
    """The period of the family's class has passed since the last review (复核超期)."""
    period = entry(review_periods, review_class)
    if not is_aided or last_review_day < 1 or period < 1:
        return False
    return months_later(last_review_day, period) < on


@household(title="刚性支出困难认定将到期", law="民发〔2024〕57号 §5", since="2025-01-01")
def rigid_ending(rigid_last_day: Day, rigid_notice_days: int, on: Day) -> bool:
    """The recognition as RIGID ends within a month (认定将到期)."""
    return rigid_last_day > 0 and 0 <= days_between(on, rigid_last_day) <= rigid_notice_days


@household(title="渐退期满", law="低保扩围增效通知2022 §4", since="2023-10-19")
def fade_out_over(is_aided: bool, fade_first_day: Day, fade_alert_months: int, on: Day) -> bool:
    """Fade-out has reached its last month and dibao still runs (渐退期满)."""
    return is_aided and fade_first_day > 0 and months_later(fade_first_day, fade_alert_months) <= on


@household(title="办理时限将到或已过", law="民发〔2021〕57号 §36", since="2023-10-19")
def case_clock(case_days_used: int, case_limit_days: int, case_warn_ratio: BasisPoints) -> bool:
    """Four fifths of the working days of an open case are used (办理时限预警)."""
    return case_days_used * WHOLE >= case_limit_days * case_warn_ratio and case_days_used > 0
