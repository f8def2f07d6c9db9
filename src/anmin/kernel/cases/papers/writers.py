"""Which function writes which kind of paper of a case (办件文书目录), in the order of the print centre."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers import proceedings, writing
from anmin.kernel.papers import data

WRITERS: dict[str, Callable[[Case, date], data.Paper]] = {
    one.__name__: one
    for one in (
        *(writing.application, proceedings.authorisation, writing.acceptance, writing.notice_of_missing),
        *(writing.survey_form, proceedings.assessment, writing.publicity_sheet, proceedings.minutes),
        *(writing.summary, writing.decision, writing.why, writing.refusal, writing.termination),
        *(writing.transfer_consent, proceedings.notice_of_change, writing.change_notice, writing.stop_notice),
        *(proceedings.recovery_notice, proceedings.answer),
    )
}
"""By the key of the kind."""
