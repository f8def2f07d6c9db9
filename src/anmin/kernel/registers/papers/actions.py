"""Make a paper of an entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.papers.actions import Belongs, make_paper
from anmin.kernel.papers.models import Paper
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.papers.queries import data_of, makeable, may_make, subject_of

LONGEST = 60
"""Letters of what a paper is filed under."""


@transaction.atomic
def make_entry_paper(*, by: Reader, register: Register, entry: Any, kind: str, on: date) -> Paper:
    """Make one paper of an entry (生成条目文书) in the locality's template.

    Raises:
        PermissionError: for whoever neither writes there nor takes a step.
        PaperProblem: for a kind that the entry cannot have now, and what `make_paper` refuses.
    """
    if not may_make(by, register, entry):
        raise PermissionError(_("您的岗位不能登记“%(register)s”。") % {"register": register.title})
    chosen = next((one for one in makeable(register, entry) if one.key == kind), None)
    if chosen is None:
        raise PaperProblem(_("这一条现在的状态还不能出这种文书；请刷新页面，按“文书”里列出的生成"))
    if len(subject := subject_of(register, entry)) > LONGEST:
        raise PaperProblem(_("这一条的编号太长，文书记不下；请把编号更正到 30 个字以内"))
    person = entry.person if register.is_about_persons else None
    return make_paper(
        by=by.user,
        kind=kind,
        data=data_of(chosen, register, entry, on),
        belongs=Belongs(subject, entry.division, person=person, at_least=entry.level),
    )
