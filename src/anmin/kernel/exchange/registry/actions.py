"""Take messages of the exchange standard in, and work them off: now, or later in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from anmin.kernel.access.middleware import reading_as, tell
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.taking.actions import TakingStopped
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.delivery.actions import owed
from anmin.kernel.exchange.registry import messages
from anmin.kernel.exchange.registry.records import records
from anmin.kernel.exchange.registry.searching import Page, SearchProblem, search
from anmin.kernel.exchange.subscriptions.actions import subscribed, unsubscribed
from anmin.kernel.partners import actions as partners
from anmin.kernel.partners import queries
from anmin.kernel.partners.models import Exchange, PartnerKey, Sender

JOB = "exchange.answer"


class TransactionReused(ValueError):
    """A transaction number that came before with another request."""


@dataclass(frozen=True)
class Answered:
    """An answer, and how many persons it tells of."""

    body: dict[str, Any]
    persons: int = 0


@transaction.atomic
def receive(
    *,
    by: Any,
    sender: Sender,
    action: str,
    transaction_id: str,
    uri: str,
    request: Mapping[str, Any],
    correlation: str,
    is_answered: bool = True,
) -> Exchange:
    """Keep a message and, where it is to be answered, have the worker do it. The same message again is the same row.

    Raises:
        TransactionReused: for another request under a transaction number that came before.
    """
    earlier = Exchange.objects.filter(sender=sender, action=action, transaction=transaction_id).first()
    if earlier is not None:
        if earlier.request != dict(request):
            raise TransactionReused
        return earlier
    references = [
        str(row.get("reference_id", ""))[: messages.LONGEST]
        for row in request.get(f"{action}_request", [])
        if isinstance(row, dict)
    ]
    row = Exchange(
        sender=sender,
        action=action,
        transaction=transaction_id,
        correlation=correlation,
        uri=uri,
        request=dict(request),
        references=references,
    )
    row.save()
    audit.record(by=by, act=f"exchange.{action}", subject=row, after={"sender": sender.sender_id})
    if is_answered:
        app.configure_task(JOB).defer(exchange=row.pk)
    return row


def answer_received(*, by: Any, exchange: Exchange, on: date) -> Exchange:
    """Work a kept message off as its sender's key, no more and no less, and put the answer out for sending.

    A key that ended since gets no answer.
    """
    if exchange.state != Exchange.State.RECEIVED:
        return exchange
    key = exchange.sender.key
    reader = queries.reader_of_key(key, on)
    with reading_as(reader):
        tell({"anmin.partner": str(key.partner_id)})
        if queries.state_of(key, on) != "live" or not key.partner.is_active:
            exchange.state = Exchange.State.REFUSED
            audit.record(by=by, act="exchange.key_ended", subject=exchange, after={"key": key.pk})
        else:
            made = _ANSWERS[exchange.action](by, reader, exchange, on)
            exchange.answer, exchange.state = made.body, Exchange.State.DONE
            audit.record(by=by, act="exchange.answer", subject=exchange, after={"persons": made.persons})
            if exchange.uri:
                owed(by=by, sender=exchange.sender, exchange=exchange, uri=exchange.uri, body=made.body)
        exchange.answered_at = timezone.now()
        exchange.save()
    return exchange


def answer_search(
    *,
    by: Any,
    reader: Reader,
    key: PartnerKey,
    sender: Sender,
    message: Mapping[str, Any],
    correlation: str,
    on: date,
) -> Answered:
    """Carry searches out: a part for each request, a bad one refused by itself; persons counted, every reading noted.

    Raises:
        TakingStopped: when all parts together would tell of more persons than the key may take in a day.
    """
    found: list[tuple[Mapping[str, Any], Page | SearchProblem]] = []
    parts: list[dict[str, Any]] = []
    of: set[int] = set()
    for row in message["search_request"]:
        try:
            found.append((row, search(reader, key, row["search_criteria"], on)))
        except SearchProblem as problem:
            found.append((row, problem))
    for row, page in found:
        if isinstance(page, SearchProblem):
            parts.append(messages.rejected(row, page.code, str(page)))
            continue
        told, some = records(
            reader, key, page.persons, str(row["search_criteria"].get("response_entity", "")), on
        )
        of |= some
        parts.append(_found(row, told, page))
        if page.withheld is not None:
            without_consent(by=by, key=key, person=page.withheld.pk)
    partners.take_persons(by=by, key=key, person_ids=of, on=on)
    audit.record_reads(by=by, person_ids=of, via=reader.via, purpose=key.purpose, fields=["api", *key.fields])
    body = {
        "transaction_id": message["transaction_id"],
        "correlation_id": correlation,
        "search_response": parts,
    }
    return Answered(messages.answer(sender, "on-search", body, parts), len(of))


@transaction.atomic
def without_consent(*, by: Any, key: PartnerKey, person: int) -> None:
    """Note that somebody was asked for who did not agree to be told of, or no longer does; the asker is told nothing."""
    audit.record(
        by=by,
        act="exchange.without_consent",
        subject=key,
        after={"person": person, "partner": key.partner.key},
        result="refused",
    )


def status(*, by: Any, sender: Sender, message: Mapping[str, Any]) -> Answered:
    """Where a sender's earlier requests stand; somebody else's are as if they had never been."""
    asked = message["txnstatus_request"]
    value = asked["attribute_value"]
    wanted = [str(one)[: messages.LONGEST] for one in (value if isinstance(value, list) else [value])]
    kind = asked["attribute_type"]
    rows = queries.exchanges(sender).filter(action__in=["search", "subscribe"])
    if kind == "reference_id_list":
        any_of = Q(pk__in=[])
        for one in wanted[:50]:
            any_of |= Q(references__contains=[one])
        rows = rows.filter(any_of)
    else:
        rows = rows.filter(**{f"{kind.removesuffix('_id')}__in": wanted})
    found = list(rows[:50])
    body = messages.status_of(asked, message["transaction_id"], found)
    top = messages.header(sender, "txn-on-status", status="succ" if found else "rjct", total=1, completed=1)
    if not found:
        top["status_reason_message"] = "no such transaction"
    return Answered(messages.signed(sender, top, body))


def _found(row: Mapping[str, Any], told: list[dict[str, Any]], page: Page) -> dict[str, Any]:
    criteria = row["search_criteria"]
    data = {
        "version": messages.VERSION,
        "reg_type": str(criteria.get("reg_type") or "ns:org:RegistryType:Social")[:100],
        "reg_record_type": "Group" if criteria.get("response_entity") == "Group" else "Member",
        "reg_records": told,
    }
    paging = {"page_size": page.size, "page_number": page.number, "total_count": page.total}
    return {**messages.part(row), "status": "succ", "data": data, "pagination": paging}


def _search_later(by: Any, reader: Reader, exchange: Exchange, on: date) -> Answered:
    sender, message = exchange.sender, exchange.request
    try:
        return answer_search(
            by=by,
            reader=reader,
            key=sender.key,
            sender=sender,
            message=message,
            correlation=exchange.correlation,
            on=on,
        )
    except TakingStopped:
        words = f"at most {sender.key.per_day} persons a day"
        parts = [
            messages.rejected(row, "rjct.search.too_many_records_found", words)
            for row in message["search_request"]
        ]
    body = {
        "transaction_id": message["transaction_id"],
        "correlation_id": exchange.correlation,
        "search_response": parts,
    }
    return Answered(messages.answer(sender, "on-search", body, parts))


def _subscribe_later(by: Any, reader: Reader, exchange: Exchange, on: date) -> Answered:
    return Answered(subscribed(by=by, reader=reader, exchange=exchange, on=on))


def _unsubscribe_later(by: Any, reader: Reader, exchange: Exchange, on: date) -> Answered:
    return Answered(unsubscribed(by=by, exchange=exchange))


def _status_later(by: Any, reader: Reader, exchange: Exchange, on: date) -> Answered:
    return status(by=by, sender=exchange.sender, message=exchange.request)


_ANSWERS: dict[str, Callable[[Any, Reader, Exchange, date], Answered]] = {
    "search": _search_later,
    "subscribe": _subscribe_later,
    "unsubscribe": _unsubscribe_later,
    "txn-status": _status_later,
}
