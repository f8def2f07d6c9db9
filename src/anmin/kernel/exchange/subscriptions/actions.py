"""Begin and end subscriptions, and tell subscribers what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from anmin.kernel.access.middleware import reading_as, tell
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.taking.actions import TakingStopped
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.delivery.actions import owed
from anmin.kernel.exchange.registry import messages
from anmin.kernel.exchange.registry.attributes import SearchProblem
from anmin.kernel.exchange.registry.records import records
from anmin.kernel.exchange.subscriptions.queries import EVENTS, MOST, happened, is_time, wanted
from anmin.kernel.partners import actions as partners
from anmin.kernel.partners import queries
from anmin.kernel.partners.models import Exchange, Subscription


@transaction.atomic
def subscribed(*, by: Any, reader: Reader, exchange: Exchange, on: date) -> dict[str, Any]:
    """Note what a sender wants to be told about, each wish by itself; gives the answer."""
    message = exchange.request
    parts = [_begun(by, reader, exchange, row, on) for row in message["subscribe_request"]]
    body = {
        "transaction_id": message["transaction_id"],
        "correlation_id": exchange.correlation,
        "subscribe_response": parts,
    }
    return messages.answer(exchange.sender, "on-subscribe", body, parts)


def _begun(by: Any, reader: Reader, exchange: Exchange, asked: dict[str, Any], on: date) -> dict[str, Any]:
    criteria, sender = asked["subscribe_criteria"], exchange.sender
    event = str(criteria["reg_event_type"]).rsplit(":", 1)[-1]
    if event not in EVENTS:
        return messages.rejected(asked, "rjct.notify_types.invalid", f"served: {', '.join(EVENTS)}")
    try:
        wanted(reader, sender.key, criteria, on)
    except SearchProblem as problem:
        return messages.rejected(asked, "rjct.notify_details.invalid", str(problem))
    if not exchange.uri:
        return messages.rejected(asked, "rjct.notify_details.invalid", "no address to notify is known")
    for row in Subscription.objects.filter(sender=sender, event=event, ended_at__isnull=True):
        if row.criteria == criteria:
            return messages.rejected(asked, "rjct.event.already_subscribed", row.code)
    row = Subscription(
        sender=sender,
        code=messages.fresh(),
        event=event,
        record_type=str(criteria["notify_record_type"])[:60],
        criteria=criteria,
        uri=exchange.uri,
        told_until=timezone.now(),
    )
    row.save()
    after = {"sender": sender.sender_id, "event": row.event}
    audit.record(by=by, act="exchange.begin_subscription", subject=row, after=after)
    return {**messages.part(asked), "status": "succ", "subscriptions": [messages.subscription_info(row)]}


@transaction.atomic
def unsubscribed(*, by: Any, exchange: Exchange) -> dict[str, Any]:
    """End subscriptions by their codes, all or none; gives the answer."""
    message, sender = exchange.request, exchange.sender
    found = {code: queries.subscription(sender, code) for code in message["subscription_codes"]}
    body: dict[str, Any] = {
        "transaction_id": message["transaction_id"],
        "correlation_id": exchange.correlation,
        "timestamp": messages.now(),
        "status": "succ",
    }
    if unknown := [code for code, row in found.items() if row is None]:
        body |= _not_ended("rjct.subscription_code.invalid", unknown)
    elif ended := [code for code, row in found.items() if row is not None and row.ended_at is not None]:
        body |= _not_ended("rjct.event.already_unsubscribed", ended)
    else:
        for row in found.values():
            if row is not None:
                end_subscription(by=by, subscription=row)
        body["subscription_status"] = [{"code": code, "status": "unsubscribe"} for code in found]
    return messages.answer(sender, "on-unsubscribe", body, [body])


def _not_ended(code: str, codes: list[str]) -> dict[str, Any]:
    return {
        "status": "rjct",
        "status_reason_code": code,
        "status_reason_message": ", ".join(codes)[:999],
    }


@transaction.atomic
def end_subscription(*, by: Any, subscription: Subscription) -> Subscription:
    """Tell a sender nothing more."""
    subscription.ended_at = timezone.now()
    subscription.save()
    audit.record(by=by, act="exchange.end_subscription", subject=subscription)
    return subscription


def tell_subscribers(*, by: Any, on: date) -> int:
    """Put out a notice for every live subscription that something happened to. Gives how many."""
    return sum(_tell(by, row, on) for row in queries.live_subscriptions())


def _tell(by: Any, row: Subscription, on: date) -> int:
    """One subscription's notice, as its key: what the key may not tell, or not so many of, is not told."""
    key, now = row.sender.key, timezone.now()
    if queries.state_of(key, on) != "live" or not key.partner.is_active or not is_time(row, now):
        return 0
    reader = queries.reader_of_key(key, on)
    with reading_as(reader):
        tell({"anmin.partner": str(key.partner_id)})
        try:
            persons = happened(reader, row, row.told_until, now, on)
            entity = "Group" if row.record_type.rsplit(":", 1)[-1] == "Group" else "Member"
            told, of = records(reader, key, persons, entity, on)
            partners.take_persons(by=by, key=key, person_ids=of, on=on)
        except (TakingStopped, SearchProblem) as problem:
            audit.record(
                by=by, act="exchange.not_notified", subject=row, reason=str(problem)[:200], result="refused"
            )
            return 0
        row.told_until = now
        row.save()
        for first in range(0, len(told), MOST):
            _put_out(by, row, told[first : first + MOST], entity)
        audit.record_reads(
            by=by, person_ids=of, via=reader.via, purpose=key.purpose, fields=["api", *key.fields]
        )
    return int(bool(told))


def _put_out(by: Any, row: Subscription, told: list[dict[str, Any]], entity: str) -> None:
    events = [
        {
            **messages.part({"reference_id": messages.fresh()}),
            "data": {
                "version": messages.VERSION,
                "reg_type": "ns:org:RegistryType:Social",
                "reg_event_type": row.event,
                "reg_record_type": entity,
                "reg_records": record,
            },
        }
        for record in told
    ]
    body = {"transaction_id": messages.fresh(), "notify_event": events}
    notice = messages.answer(row.sender, "notify", body, events)
    owed(by=by, sender=row.sender, uri=row.uri, body=notice)
    audit.record(by=by, act="exchange.notify", subject=row, after={"records": len(told)})
