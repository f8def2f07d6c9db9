"""Put a text into the outbox, and carry what stands in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from anmin.kernel.access.messages.gateways import NoMessages, gateway
from anmin.kernel.access.messages.models import Message
from anmin.kernel.keys.fields import next_keys

log = structlog.get_logger(__name__)

JOB = "access.send_message"
TRIES = 3
WIPED = ("login", "delegation", "consent")
"""Kinds whose text holds a code: it is wiped when it was handed over or is of no more use."""
KEPT = timedelta(days=30)


@transaction.atomic
def send(
    *, by: Any, kind: str, phone: str, words: str, person: int | None = None, until: datetime | None = None
) -> Message:
    """Put a text into the outbox (待发短信); it leaves after the transaction, by a background job, or not at all.

    `until` is when it is of no more use. `by` is whoever caused it; the act that did so is in the book itself.

    Raises:
        NoMessages: where no gateway is set.
    """
    gateway()
    (key,) = next_keys(Message, 1)
    _open(key)
    row = Message(pk=key, kind=kind, phone=phone, words=words, person=person, until=until)
    row.save(force_insert=True)
    app.configure_task(JOB).defer(message=key)
    return row


@transaction.atomic
def carry(*, by: Any, message: int) -> bool:
    """Hand one waiting text to the gateway; says whether it went. A late code is not sent any more.

    A text that did not go waits for the next round, three times at most.
    """
    _open(message)
    row = Message.objects.select_for_update().filter(pk=message, state=Message.State.WAITING).first()
    if row is None:
        return False
    row.attempts, row.tried_at = row.attempts + 1, timezone.now()
    try:
        if row.until is not None and row.until < timezone.now():
            row.state, row.trouble = Message.State.FAILED, "late"
        else:
            gateway().carry(row.phone, row.words, f"anmin-{row.pk}")
            row.state, row.trouble = Message.State.SENT, ""
    except NoMessages as trouble:
        row.trouble = type(trouble.__cause__ or trouble).__name__[:100]
        row.state = Message.State.FAILED if row.attempts >= TRIES else Message.State.WAITING
        log.warning("message.failed", row=row.pk, attempts=row.attempts)
    if row.state != Message.State.WAITING and row.kind in WIPED:
        row.words = ""
    row.save()
    return row.state == Message.State.SENT


def carry_waiting(*, by: Any) -> int:
    """Try everything that still waits, for instance after the gateway was away; gives how many went."""
    keys = list(
        Message.objects.filter(state=Message.State.WAITING).order_by("made_at").values_list("pk", flat=True)
    )
    return sum(carry(by=by, message=key) for key in keys)


@transaction.atomic
def forget_old(*, by: Any) -> int:
    """Texts of a month ago go; what they were about stands in the book of acts."""
    count, _rows = Message.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    return int(count)


def _open(key: int) -> None:
    """The one text that this transaction may see: a page sees no other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('anmin.message', %s, true)", [str(key)])
