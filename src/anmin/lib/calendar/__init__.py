"""The working-day calendar (工作日历) of the mainland: days off and make-up working days, 2004 to 2026.

Later years are not issued yet: a caller chooses whether to be refused or to count provisionally by weekends.
A bureau adds or corrects a year with a file of the same form.
"""

from anmin.lib.calendar.workdays import (
    CalendarProblem,
    WorkCalendar,
    add_months,
    load_calendar,
)

__all__ = ["CalendarProblem", "WorkCalendar", "add_months", "load_calendar"]
