"""Messages of the exchange standard as we write them: headers, acknowledgements, the parts of an answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from anmin.kernel.exchange.registry.signatures import sign
from anmin.kernel.partners.models import Exchange, Sender, Subscription

VERSION = "1.0.0"
VERSIONS = (VERSION, "1.0", "1")
LONGEST = 99
"""Characters of an identifier of the standard at most."""
LOCALE = "zho"
REPLIES = {
    "search": "on-search",
    "subscribe": "on-subscribe",
    "unsubscribe": "on-unsubscribe",
    "txn-status": "txn-on-status",
}
"""Which message answers which, later and at the sender's own address."""


def now() -> str:
    """The moment in the standard's form."""
    return timezone.now().isoformat(timespec="milliseconds")


def fresh() -> str:
    """A number that nothing else bears."""
    return uuid.uuid4().hex


def header(sender: Sender, action: str, *, status: str, total: int, completed: int) -> dict[str, Any]:
    """The header of an answer or a notice of ours."""
    return {
        "version": VERSION,
        "message_id": fresh(),
        "message_ts": now(),
        "action": action,
        "status": status,
        "total_count": total,
        "completed_count": completed,
        "sender_id": sender.receiver_id,
        "receiver_id": sender.sender_id,
        "is_msg_encrypted": False,
    }


def signed(sender: Sender, top: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """An envelope with our signature."""
    return {"signature": sign(sender, top, message), "header": dict(top), "message": dict(message)}


def answer(
    sender: Sender, action: str, message: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """An answer whose header says how many of its parts went well: some is success, none is a rejection."""
    good = sum(row.get("status") != "rjct" for row in rows)
    status = "succ" if good or not rows else "rjct"
    return signed(
        sender, header(sender, action, status=status, total=len(rows), completed=len(rows)), message
    )


def acknowledged(correlation: str) -> dict[str, Any]:
    """That a message was taken in and will be answered."""
    return {"message": {"ack_status": "ACK", "timestamp": now(), "correlation_id": correlation}}


def refused(code: str, words: str) -> dict[str, Any]:
    """That a message was not taken in, in both of the standard's shapes for it."""
    error = {"code": code, "message": words[:999]}
    told = {"ack_status": "ERR", "timestamp": now(), "correlation_id": fresh(), "error": error}
    return {"message": told, "errors": [error]}


def part(row: Mapping[str, Any]) -> dict[str, Any]:
    """What every part of an answer begins with."""
    return {"reference_id": str(row.get("reference_id", ""))[:LONGEST], "timestamp": now(), "locale": LOCALE}


def rejected(row: Mapping[str, Any], code: str, words: str) -> dict[str, Any]:
    """A part that was not carried out, and why."""
    return {
        **part(row),
        "status": "rjct",
        "status_reason_code": code,
        "status_reason_message": words[:999],
    }


def subscription_info(row: Subscription) -> dict[str, Any]:
    """A subscription as the standard tells it."""
    return {
        "version": VERSION,
        "code": row.code,
        "status": "subscribe" if row.ended_at is None else "unsubscribe",
        "timestamp": row.created_at.isoformat(timespec="milliseconds"),
        "reg_event_type": row.event,
        "notify_record_type": row.record_type,
        "locale": LOCALE,
    }


def status_of(asked: Mapping[str, Any], transaction: str, rows: Sequence[Exchange]) -> dict[str, Any]:
    """Where earlier requests stand. Records are not told again: whoever was told of then may have withdrawn since."""
    first = rows[0] if rows else None
    found: list[dict[str, Any]] = []
    for exchange in rows:
        answers = ((exchange.answer or {}).get("message") or {}).get(f"{exchange.action}_response")
        if isinstance(answers, list):
            found += [{k: v for k, v in one.items() if k not in ("data", "subscriptions")} for one in answers]
        else:
            found += [
                {**part({"reference_id": one}), "status": exchange.state}
                for one in exchange.references or [exchange.transaction]
            ]
    return {
        "transaction_id": transaction,
        "correlation_id": fresh(),
        "txnstatus_response": {
            "txn_type": str(asked.get("txn_type", "search")),
            "txn_status": {
                "transaction_id": first.transaction if first is not None else transaction,
                "correlation_id": first.correlation if first is not None else fresh(),
                "search_response": found,
            },
        },
    }
