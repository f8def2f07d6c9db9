"""Take in what people say, look into it, answer it."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.middleware import tell
from anmin.kernel.access.queries import Reader, signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.publicity.actions import object_to
from anmin.kernel.cases.voices.models import Voice

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = 10
POWER = "case.publish"


class VoiceProblem(ValueError):
    """It cannot be taken in or answered so; the message says why."""


@transaction.atomic
def raise_voice(
    *,
    by: Any,
    kind: str,
    division: str,
    words: str,
    on: date,
    name: str = "",
    contact: str = "",
    sheet: int | None = None,
) -> Voice:
    """Take in an objection or a complaint (提出意见); gives the row with its receipt. Nobody is named in the book.

    Raises:
        VoiceProblem: without words.
    """
    if not words.strip():
        raise VoiceProblem(_("请写明您要反映的情况。"))
    number = "".join(secrets.choice(LETTERS) for _at in range(DIGITS))
    tell({"anmin.voice": number})
    row = Voice(
        number=number,
        kind=kind,
        division=division,
        words=words.strip(),
        name=name.strip(),
        contact=contact.strip(),
        sheet_id=sheet,
        received_on=on,
    )
    row.save()
    audit.record(by=str(by), act="cases.raise_voice", subject=row, after={"kind": kind}, division=division)
    return row


@transaction.atomic
def take_up(*, by: Reader, voice: Voice, on: date) -> Voice:
    """Look into it (转核实): an objection to a sheet that still hangs pauses the case.

    Raises:
        StepRefused: when it was taken up already, or the case cannot be paused any more; answer it then.
    """
    row = Voice.objects.select_for_update(of=("self",)).select_related("sheet__case").get(pk=voice.pk)
    if row.state != Voice.State.NEW:
        raise StepRefused([Obstacle("taken", _("这条意见已经在处理，请刷新页面"))])
    if row.sheet is not None:
        case = row.sheet.case
        case.refresh_from_db()
        who = "，".join(part for part in (row.name, row.contact) if part)
        row.objection = object_to(by=by, case=case, words=row.words, on=on, seen=case.last_step, objector=who)
    row.state, row.handled_by, row.handled_on = Voice.State.TAKEN, user_of(by), on
    row.save()
    audit.record(by=signature(by), act="cases.take_up_voice", subject=row, division=row.division)
    return row


@transaction.atomic
def answer(*, by: Reader, voice: Voice, words: str, on: date) -> Voice:
    """Answer it in words (答复); whoever has the receipt reads it.

    Raises:
        VoiceProblem: without words, and twice.
    """
    row = Voice.objects.select_for_update(of=("self",)).get(pk=voice.pk)
    if not words.strip():
        raise VoiceProblem(_("请写明核实的情况和结论。不要写出反映人和家庭的个人信息。"))
    if row.state == Voice.State.ANSWERED:
        raise VoiceProblem(_("这条意见已经答复过了，请刷新页面。"))
    row.state, row.answer = Voice.State.ANSWERED, words.strip()
    row.handled_by, row.handled_on = user_of(by), on
    row.save()
    audit.record(by=signature(by), act="cases.answer_voice", subject=row, division=row.division)
    return row
