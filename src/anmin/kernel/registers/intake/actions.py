"""Take in a file of entries."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.registers.actions import EntryRefused, enter
from anmin.kernel.registers.declaring import Register, Trouble
from anmin.kernel.registers.intake.reading import FileProblem, rows_of
from anmin.kernel.registers.models import RegisterIntake, RejectedRow
from anmin.kernel.registers.queries import may_write

LONGEST_REASON = 300


@transaction.atomic
def take_in(
    *,
    by: Reader,
    register: Register,
    name: str,
    content: bytes,
    on: date,
    corrects: RegisterIntake | None = None,
) -> RegisterIntake:
    """Enter every row of a file that can be entered; the others are kept with row, column, code and reason.

    Raises:
        FileProblem: when nothing of it can be read, and when the same person sent the same file before.
        PermissionError: when the reader may not enter into this register.
    """
    if not may_write(by, register) or by.user is None:
        raise PermissionError(_("您的岗位不能登记“%(register)s”。") % {"register": register.title})
    digest = hashlib.sha256(content).hexdigest()
    if RegisterIntake.objects.filter(register=register.key, content=digest, made_by=by.user).exists():
        raise FileProblem(_("这份文件已经导入过，没有再导入；改正后再发。"))
    rows = rows_of(register, name, content)
    intake = RegisterIntake(
        register=register.key,
        name=name[-100:],
        content=digest,
        rows=len(rows),
        corrects=corrects,
        made_by=by.user,
    )
    intake.save()
    rejected = 0
    for number, values in rows:
        try:
            enter(by=by, register=register, raw=values, on=on, intake=intake)
        except EntryRefused as refused:
            rejected += 1
            _reject(intake, number, values, refused.troubles)
    intake.entered, intake.rejected = len(rows) - rejected, rejected
    intake.save()
    audit.record(
        by=signature(by),
        act="registers.take_in",
        subject=intake,
        after={
            "register": register.key,
            "rows": intake.rows,
            "entered": intake.entered,
            "rejected": rejected,
        },
    )
    return intake


def _reject(
    intake: RegisterIntake, number: int, values: dict[str, Any], troubles: tuple[Trouble, ...]
) -> None:
    for one in {(trouble.column, trouble.code): trouble for trouble in troubles}.values():
        RejectedRow(
            intake=intake,
            row=number,
            column=one.column,
            code=one.code[:40],
            reason=one.reason[:LONGEST_REASON],
            values=values,
        ).save()
