"""Put messages out, send what is due, and give up what does not arrive."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from anmin.kernel.audit import actions as audit
from anmin.kernel.partners import queries
from anmin.kernel.partners.models import Exchange, Outgoing, Sender

MOST_TRIES = 5
PATIENCE = 10
"""Seconds to wait for another system to take a message."""
AT_ONCE = 200
"""Messages sent in one go."""


class CallbackProblem(ValueError):
    """An address that answers may not be sent to."""


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """A redirection would lead a message to a host that nobody registered."""

    def redirect_request(self, *told: Any) -> None:
        """Follow nothing; the answer counts as an error."""


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoDetours)


def check_callback(sender: Sender, uri: str) -> str:
    """The address that answers go to: the message's own, else the registered one; empty where there is neither.

    Raises:
        CallbackProblem: for a host that was not registered with the sender, and in production for one without TLS.
    """
    address = uri or sender.callback_uri
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise CallbackProblem("sender_uri") from None
    allowed = ("https",) if settings.PRODUCTION else ("http", "https")
    is_known = host in sender.callback_hosts or f"{host}:{port}" in sender.callback_hosts
    if parts.scheme not in allowed or not is_known or len(address) > 500 or not address.isascii():
        raise CallbackProblem("sender_uri")
    return address


@transaction.atomic
def owed(
    *, by: Any, sender: Sender, uri: str, body: Mapping[str, Any], exchange: Exchange | None = None
) -> Outgoing:
    """Put a message out for sending."""
    row = Outgoing(sender=sender, exchange=exchange, uri=uri, body=dict(body), next_at=timezone.now())
    row.save()
    return row


def send_due(*, by: Any, on: date) -> int:
    """Send every message that is due; what does not arrive is tried again later, five times at most. Gives how many arrived."""
    keys = list(queries.due_messages(timezone.now()).values_list("pk", flat=True)[:AT_ONCE])
    return sum(_send(by, pk, on) for pk in keys)


@transaction.atomic
def _send(by: Any, pk: int, on: date) -> int:
    rows = Outgoing.objects.select_for_update(skip_locked=True, of=("self",))
    row = rows.select_related("sender__key__partner").filter(pk=pk, sent_at__isnull=True).first()
    if row is None or row.given_up_at is not None:
        return 0
    if queries.state_of(row.sender.key, on) != "live" or not row.sender.is_active:
        _give_up(by, row, "the key has ended")
        return 0
    row.tries += 1
    try:
        _post(check_callback(row.sender, row.uri), row.body)
        row.sent_at, row.cause = timezone.now(), ""
    except (OSError, ValueError) as trouble:
        row.cause = str(trouble)[:200]
        row.next_at = timezone.now() + timedelta(minutes=2**row.tries)
        if row.tries >= MOST_TRIES:
            _give_up(by, row, row.cause)
    row.save()
    return int(row.sent_at is not None)


def _post(uri: str, body: Mapping[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=False).encode()
    asked = urllib.request.Request(uri, text, {"Content-Type": "application/json"}, method="POST")
    with OPENER.open(asked, timeout=PATIENCE) as answered:
        if answered.status >= 300:
            raise OSError(f"HTTP {answered.status}")


def _give_up(by: Any, row: Outgoing, cause: str) -> None:
    row.given_up_at, row.cause = timezone.now(), cause
    row.save()
    after = {"tries": row.tries, "sender": row.sender.sender_id}
    audit.record(by=by, act="exchange.give_up", subject=row, after=after, reason=cause)
