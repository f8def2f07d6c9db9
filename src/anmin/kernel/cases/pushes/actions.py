"""Tell departments of new recognitions, once; write down what they returned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.pushes.models import Push
from anmin.kernel.cases.pushes.needs import departments_for, pushing
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.law.clocks import Unit, deadline
from anmin.kernel.people.queries import names_in
from anmin.lib.calendar import load_calendar

POWERS = ("case.accept", "case.check", "case.confirm")
LOOKS_BACK = timedelta(92)


class PushProblem(ValueError):
    """It cannot be noted so; the message says why."""


@transaction.atomic
def push_recognised(*, by: Any, on: date) -> int:
    """Write down for every grant of a layer to whom it is told (推送), each department once; how many were new."""
    rows = Decision.objects.filter(
        outcome=Decision.Outcome.GRANT, on__gte=on - LOOKS_BACK, on__lte=on, pushes__isnull=True
    )
    calendar, new = load_calendar(on_unknown="provisional"), 0
    for row in rows.select_related("household").order_by("pk"):
        for department in departments_for(row.household, row.benefit, on):
            due = deadline(on, int(pushing()["days"]), Unit.WORKING_DAYS, calendar)
            push = Push(
                household=row.household,
                decision=row,
                division=row.division,
                level=row.level,
                department=department,
                sent_on=on,
                due=due,
            )
            push.save()
            after = {"department": department, "decision": row.pk, "due": due}
            audit.record(by=signature(by), act="cases.push", subject=push, after=after, division=row.division)
            new += 1
    return new


@transaction.atomic
def note_return(
    *, by: Reader, push: Push, outcome: str, on: date, words: str, fen: int | None = None
) -> Push:
    """Write down what a department returned (反馈); it stands in the household's chain from then on.

    `in_hand` may be followed by another word; all others stand.

    Raises:
        PushProblem: naming what is lacking.
    """
    row = Push.objects.select_for_update(of=("self",)).select_related("household").get(pk=push.pk)
    if by.user is None or not any(by.may(power, row.division) for power in POWERS):
        raise PushProblem(_("您的岗位在这个地方不能办理这一步"))
    if outcome not in Push.Outcome.values:
        raise PushProblem(_("请选择部门反馈的结果"))
    if row.outcome not in ("", Push.Outcome.IN_HAND):
        raise PushProblem(_("这一条已经反馈过了，请刷新页面"))
    if not words.strip():
        raise PushProblem(_("请写明反馈的内容和经办人"))
    row.outcome, row.returned_on, row.noted_by = outcome, on, by.user
    row.words, row.fen = words.strip(), fen
    row.save()
    audit.record(
        by=by.user,
        act="cases.note_return",
        subject=row,
        after={"outcome": outcome, "department": row.department, "fen": fen},
        reason=row.words,
        about=names_in(row.household),
        division=row.division,
    )
    return row
