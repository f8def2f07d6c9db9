"""Register partners, make and end their keys, and write down what was done with them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.taking.actions import TakingStopped, take
from anmin.kernel.audit import actions as audit
from anmin.kernel.partners.models import KeptAnswer, Partner, PartnerCall, PartnerKey, Sender
from anmin.kernel.partners.queries import MARK, POWERS, family_of, legal_bases, secret_hash, shareable
from anmin.lib.divisions import canonical

OVERLAP = 7
"""Days that a rotated key goes on working, so that the partner can change over without a gap."""
LONGEST_KEY = 366
"""Days that a key can be given at most; whoever still needs it then asks again (最长一年)."""
MOST_A_DAY, MOST_A_MINUTE = 100_000, 6_000


class PartnerProblem(ValueError):
    """A partner or a key cannot be made or changed so; the message says why and what to do."""


@dataclass(frozen=True)
class FreshKey:
    """A new key with its token, which is shown once and kept nowhere."""

    key: PartnerKey
    token: str


@transaction.atomic
def add_partner(*, by: Any, key: str, name: str, contact: str = "", is_demo: bool = False) -> Partner:
    """Register a partner (登记往来单位)."""
    if not key or not key.isascii() or not key.replace("_", "").isalnum() or len(key) > 40:
        raise PartnerProblem("单位代号只能用英文字母、数字和下划线，最长 40 个字符，例如 medical_insurance")
    if Partner.objects.filter(key=key).exists():
        raise PartnerProblem(f"已经有代号为 {key} 的单位；请换一个代号，或直接给它新建密钥")
    if not name.strip():
        raise PartnerProblem("请填写单位名称，例如 威海市医疗保障局")
    row = Partner.objects.create(key=key, name=name.strip()[:100], contact=contact[:100], is_demo=is_demo)
    audit.record(by=by, act="partners.add_partner", subject=row, after={"key": key, "name": row.name})
    return row


@transaction.atomic
def close_partner(*, by: Any, partner: Partner, reason: str) -> Partner:
    """Have nothing more to do with a partner (停止往来): none of its keys opens anything from now on.

    Raises:
        PartnerProblem: without a reason.
    """
    if not reason.strip():
        raise PartnerProblem("停止往来要写原因")
    row = Partner.objects.select_for_update().get(pk=partner.pk)
    row.is_active = False
    row.save(update_fields=["is_active"])
    audit.record(by=by, act="partners.close_partner", subject=row, after={"is_active": False}, reason=reason)
    return row


@transaction.atomic
def create_key(
    *,
    by: Any,
    partner: Partner,
    title: str,
    powers: Sequence[str],
    divisions: Sequence[str],
    purpose: str,
    first_day: date,
    last_day: date,
    basis: str = "",
    fields: Sequence[str] = (),
    sources: Sequence[str] = (),
    clearance: int = 2,
    per_minute: int = 60,
    per_day: int = 2500,
    replaces: PartnerKey | None = None,
) -> FreshKey:
    """Make a key (新建密钥). `basis` names a legal basis, which says how far `fields` may reach.

    Raises:
        PartnerProblem: for an unknown power, a division that is none, fields beyond the legal basis, or a key
            without purpose or end.
    """
    if not title.strip() or not purpose.strip():
        raise PartnerProblem("密钥要写名称和用途，写明是哪个系统、办什么事")
    if last_day < first_day:
        raise PartnerProblem("密钥的最后一天早于第一天")
    if (last_day - first_day).days > LONGEST_KEY and replaces is None:
        raise PartnerProblem("密钥最长给一年；到期前可以更换或新建")
    if not 0 < per_day <= MOST_A_DAY or not 0 < per_minute <= MOST_A_MINUTE:
        raise PartnerProblem(f"每天人数在 1 至 {MOST_A_DAY} 之间，每分钟次数在 1 至 {MOST_A_MINUTE} 之间")
    if not partner.is_active:
        raise PartnerProblem(f"{partner.name} 已停止往来，不能新建密钥")
    if unknown := set(powers) - set(POWERS):
        raise PartnerProblem(f"没有这些接口权限：{'、'.join(sorted(unknown))}")
    if not powers or not divisions:
        raise PartnerProblem("密钥至少要有一项接口权限和一个辖区")
    legal = legal_bases().get(basis)
    if fields and legal is None:
        raise PartnerProblem("要给数据项，先选共享依据；没有依据不能提供数据")
    if legal is not None:
        if legal.department not in ("*", partner.key):
            raise PartnerProblem(f"共享依据“{legal.title}”不适用于 {partner.name}")
        if beyond := set(fields) - set(legal.fields):
            names = "、".join(
                shareable()[name].title if name in shareable() else name for name in sorted(beyond)
            )
            raise PartnerProblem(f"这些数据项超出“{legal.title}”的范围：{names}。请去掉，或补充依据")
    prefix, secret = secrets.token_hex(5), secrets.token_urlsafe(32)
    row = PartnerKey.objects.create(
        partner=partner,
        title=title.strip()[:100],
        prefix=prefix,
        hash=secret_hash(secret),
        powers=sorted(set(powers)),
        fields=sorted(set(fields)),
        sources=sorted(set(sources)),
        divisions=sorted({canonical(code) for code in divisions}),
        purpose=purpose.strip()[:100],
        legal=basis,
        law=legal.law if legal is not None else "",
        basis=PartnerKey.Basis.CONSENT if basis == "agreed_exchange" else PartnerKey.Basis.DUTY,
        clearance=min(clearance, 2),
        per_minute=per_minute,
        per_day=per_day,
        first_day=first_day,
        last_day=last_day,
        replaces=replaces,
        created_by=str(by)[:150],
    )
    audit.record(
        by=by,
        act="partners.create_key",
        subject=row,
        after={
            "partner": partner.key,
            "title": row.title,
            "powers": row.powers,
            "fields": row.fields,
            "divisions": row.divisions,
            "purpose": row.purpose,
            "last_day": last_day,
            "replaces": replaces.pk if replaces else None,
        },
    )
    return FreshKey(row, f"{MARK}_{prefix}_{secret}")


@transaction.atomic
def rotate_key(*, by: Any, key: PartnerKey, on: date, overlap: int = OVERLAP) -> FreshKey:
    """Make a new secret for the same purpose (更换密钥); the old key ends after some days.

    Raises:
        PartnerProblem: for a key that is revoked or has ended.
    """
    old = PartnerKey.objects.select_for_update().select_related("partner").get(pk=key.pk)
    if old.revoked_at is not None or old.last_day < on:
        raise PartnerProblem("这把密钥已经停用或到期，不能更换；请新建一把")
    fresh = create_key(
        by=by,
        partner=old.partner,
        title=old.title,
        powers=old.powers,
        fields=old.fields,
        sources=old.sources,
        divisions=old.divisions,
        purpose=old.purpose,
        basis=old.legal,
        clearance=old.clearance,
        per_minute=old.per_minute,
        per_day=old.per_day,
        first_day=on,
        last_day=old.last_day,
        replaces=old,
    )
    before = {"last_day": old.last_day}
    old.last_day = min(old.last_day, on + timedelta(overlap))
    old.save(update_fields=["last_day"])
    Sender.objects.filter(key=old).update(key=fresh.key)
    audit.record(
        by=by, act="partners.rotate_key", subject=old, before=before, after={"last_day": old.last_day}
    )
    return fresh


@transaction.atomic
def revoke_key(*, by: Any, key: PartnerKey, reason: str) -> PartnerKey:
    """End a key at once (停用密钥), for good.

    Raises:
        PartnerProblem: without a reason, or when it is revoked already.
    """
    row = PartnerKey.objects.select_for_update().get(pk=key.pk)
    if not reason.strip():
        raise PartnerProblem("停用密钥要写原因，例如“系统下线”或“疑似泄露”")
    if row.revoked_at is not None:
        raise PartnerProblem("这把密钥已经停用了")
    row.revoked_at, row.revoked_reason = timezone.now(), reason.strip()[:300]
    row.save(update_fields=["revoked_at", "revoked_reason"])
    audit.record(
        by=by, act="partners.revoke_key", subject=row, after={"revoked_at": row.revoked_at}, reason=reason
    )
    return row


def take_persons(*, by: Any, key: PartnerKey, person_ids: Collection[int], on: date) -> None:
    """Count persons told of with a key (计人数), each once a day, over all keys of its line.

    Raises:
        TakingStopped: when they would be more than the key may in a day; the alarm and the act stand all the same.
    """
    line = Reader(None, on, name=str(key), via=f"key/{family_of(key)}")
    try:
        take(reader=line, klass="key", person_ids=person_ids, limit=key.per_day)
    except TakingStopped:
        audit.record(
            by=by,
            act="partners.too_many_persons",
            subject=key,
            after={"limit": key.per_day},
            result="refused",
        )
        raise


@transaction.atomic
def record_call(
    *,
    by: Any,
    key: PartnerKey | None,
    method: str,
    path: str,
    status: int,
    code: str = "",
    matter: str = "",
    fields: Sequence[str] = (),
    persons: int = 0,
) -> PartnerCall:
    """Write down a call (记录调用), also one that was refused; a refusal for the key itself is an act of its own."""
    row = PartnerCall.objects.create(
        key=key,
        at=timezone.now(),
        method=method[:8],
        path=path[:200],
        status=status,
        code=code[:60],
        matter=matter[:100],
        fields=list(fields),
        persons=persons,
    )
    if status == 401:
        audit.record(by=by, act="partners.refused_key", subject=row, after={"path": row.path, "code": code})
    return row


@transaction.atomic
def keep_answer(
    *, by: Any, key: PartnerKey, name: str, fingerprint: str, status: int, body: dict[str, Any]
) -> KeptAnswer:
    """Keep what was answered to a request with an idempotency key."""
    return KeptAnswer.objects.create(key=key, name=name, fingerprint=fingerprint, status=status, body=body)


def kept_answer(*, key: PartnerKey, name: str) -> KeptAnswer | None:
    """What was answered before, waiting for a twin of the request that is under way just now.

    Raises:
        RuntimeError: outside a transaction, where nothing could be waited for.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("幂等请求要在事务里处理")
    number = int.from_bytes(bytes.fromhex(secret_hash(f"{key.pk}|{name}")[:16]), "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
    return KeptAnswer.objects.filter(key=key, name=name).first()
