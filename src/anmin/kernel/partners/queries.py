"""Whose key it is, what it opens today, and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from anmin.kernel.access.models import Taking
from anmin.kernel.access.queries import Reader, Scope
from anmin.kernel.partners.models import (
    Exchange,
    Outgoing,
    Partner,
    PartnerCall,
    PartnerKey,
    Sender,
    Subscription,
)
from anmin.kernel.partners.shareable import POWERS, LegalBasis, Shareable, legal_bases, shareable
from anmin.lib.crypto import is_same, sm3

log = structlog.get_logger(__name__)

__all__ = [
    "POWERS",
    "Exchange",
    "LegalBasis",
    "Outgoing",
    "Partner",
    "PartnerKey",
    "Sender",
    "Shareable",
    "Subscription",
    "legal_bases",
    "shareable",
]
MARK = "anmin"


@dataclass(frozen=True)
class Refused:
    """Why a key does not open anything; the caller is told no more than that it does not."""

    why: str
    key: PartnerKey | None = None


def secret_hash(secret: str) -> str:
    """What is kept of a secret: SM3. The secret is 256 random bits, so that nothing can be tried out against it."""
    return sm3(secret.encode()).hex()


def key_by_token(token: str, on: date) -> PartnerKey | Refused:
    """The key of a bearer token that is in force on a day. A key that was edited by SQL opens nothing."""
    mark, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not secret or "\x00" in token:
        return Refused("malformed")
    key = PartnerKey.objects.select_related("partner").filter(prefix=prefix[:12]).first()
    given = secret_hash(secret)
    if key is None or not is_same(given.encode(), key.hash.encode()):
        return Refused("unknown")
    if not key.is_coded:
        log.error("key.ignored", row=key.pk, reason_code="row_code")
        return Refused("edited", key)
    if key.revoked_at is not None:
        return Refused("revoked", key)
    if not key.first_day <= on <= key.last_day:
        return Refused("expired", key)
    if not key.partner.is_active:
        return Refused("partner", key)
    return key


def reader_of_key(key: PartnerKey, on: date) -> Reader:
    """A partner's key as a reader: its divisions, its clearance, nobody's roles."""
    return Reader(
        None,
        on,
        name=f"{key.partner.name}·{key.title}",
        via=f"key/{key.pk}",
        fixed=Scope.of(list(key.divisions)),
        level=key.clearance,
    )


def family_of(key: PartnerKey) -> int:
    """The number of the first key of a line of rotated ones: what is counted for one counts for all of them."""
    while key.replaces is not None:
        key = key.replaces
    return key.pk


def calls_in_last_minute(key: PartnerKey, now: datetime) -> int:
    """How often a key was used within sixty seconds, calls that were turned away for this very reason left out."""
    rows = PartnerCall.objects.filter(key=key, at__gt=now - timedelta(seconds=60))
    return rows.exclude(status=429).count()


def persons_today(key: PartnerKey, on: date) -> int:
    """How many different persons were told of on a day with a key and those before it in its line."""
    return Taking.objects.filter(via=f"key/{family_of(key)}", day=on, klass="key").count()


def partners() -> QuerySet[Partner]:
    """Every partner, with how many keys are in force."""
    today = timezone.localdate()
    live = Q(keys__revoked_at__isnull=True, keys__first_day__lte=today, keys__last_day__gte=today)
    return Partner.objects.annotate(live_keys=Count("keys", filter=live)).order_by("key")


def partner_named(key: str) -> Partner | None:
    """One partner by its key."""
    return Partner.objects.filter(key=key).first()


def keys_of(partner: Partner) -> QuerySet[PartnerKey]:
    """A partner's keys, newest first, each with its last use and its number of calls."""
    return (
        partner.keys.select_related("partner")
        .annotate(last_used_at=Max("calls__at"), uses=Count("calls"))
        .order_by("-created_at", "-pk")
    )


def key_numbered(number: int) -> PartnerKey | None:
    """One key by its number."""
    return PartnerKey.objects.select_related("partner").filter(pk=number).first()


def calls_of(partner: Partner) -> QuerySet[PartnerCall]:
    """A partner's calls, newest first."""
    return PartnerCall.objects.filter(key__partner=partner).select_related("key").order_by("-at", "-pk")


def calls_with(key: PartnerKey) -> QuerySet[PartnerCall]:
    """The calls made with one key, newest first."""
    return PartnerCall.objects.filter(key=key).order_by("-at", "-pk")


def calls_refused(limit: int = 50) -> list[PartnerCall]:
    """Calls that no known key made, the newest first: somebody tries, or somebody mistyped."""
    return list(PartnerCall.objects.filter(key__isnull=True).order_by("-pk")[:limit])


def senders_of(partner: Partner) -> QuerySet[Sender]:
    """A partner's systems that speak the exchange standard."""
    return (
        Sender.objects.filter(key__partner=partner).select_related("key").order_by("-is_active", "sender_id")
    )


def sender_numbered(partner: Partner, number: int) -> Sender | None:
    """One of them."""
    return senders_of(partner).filter(pk=number).first()


def given_up(partner: Partner) -> QuerySet[Outgoing]:
    """Messages that never arrived at a partner, the newest first."""
    rows = Outgoing.objects.filter(sender__key__partner=partner, given_up_at__isnull=False)
    return rows.select_related("sender").order_by("-given_up_at")


@dataclass(frozen=True)
class KeyView:
    """A key as a page shows it: its state, what it opens in words, and what was done with it today."""

    row: PartnerKey
    state: str
    powers: tuple[str, ...]
    fields: tuple[Shareable, ...]
    basis: LegalBasis | None
    told_today: int


def key_view(key: PartnerKey, on: date) -> KeyView:
    """A key in words."""
    known = shareable()
    return KeyView(
        key,
        state_of(key, on),
        tuple(POWERS.get(name, name) for name in key.powers),
        tuple(known[name] for name in key.fields if name in known),
        legal_bases().get(key.legal),
        persons_today(key, on),
    )


def state_of(key: PartnerKey, on: date) -> str:
    """live, revoked, expired or waiting."""
    if key.revoked_at is not None:
        return "revoked"
    if key.last_day < on:
        return "expired"
    return "waiting" if key.first_day > on else "live"


def sender_named(sender_id: str) -> Sender | None:
    """A registered sender of the exchange standard."""
    rows = Sender.objects.select_related("key__partner").filter(is_active=True, sender_id=sender_id)
    return rows.first() if "\x00" not in sender_id else None


def exchanges(sender: Sender, **sought: object) -> QuerySet[Exchange]:
    """A sender's asynchronous requests, newest first."""
    return Exchange.objects.filter(sender=sender, **sought).order_by("-pk")


def exchange_numbered(number: int) -> Exchange | None:
    """One request, with its sender's key and partner."""
    return Exchange.objects.select_related("sender__key__partner").filter(pk=number).first()


def subscription(sender: Sender, code: str) -> Subscription | None:
    """One of a sender's subscriptions."""
    return Subscription.objects.filter(sender=sender, code=code).first()


def live_subscriptions() -> QuerySet[Subscription]:
    """Every subscription in force."""
    return Subscription.objects.filter(ended_at__isnull=True, sender__is_active=True).select_related(
        "sender__key__partner"
    )


def due_messages(now: datetime) -> QuerySet[Outgoing]:
    """Messages that should be sent now, the oldest first."""
    return Outgoing.objects.filter(sent_at__isnull=True, given_up_at__isnull=True, next_at__lte=now).order_by(
        "next_at", "pk"
    )
