"""Signed batches (签名批次): the SM2 keys that sources registered, and whether a file is theirs."""

from __future__ import annotations

import base64
import binascii
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.batches.models import SourceSigner
from anmin.kernel.facts.sources.catalogue import sources
from anmin.lib.crypto import is_signed_by, sm3_of_file
from anmin.policy.errors import PolicyError

PUBLIC_BYTES = 64


def signed_message(source: str, period: str, path: Path) -> bytes:
    """What a source signs: its key, the period and the SM3 of the file, so that no signature fits another file, source
    or period."""
    return f"anmin batch|{source}|{period}|".encode() + sm3_of_file(path)


@transaction.atomic
def register_signer(
    *, by: Any, source: str, public: str, first_day: date, last_day: date | None = None
) -> SourceSigner:
    """Register a source's public key (登记签名公钥), hexadecimal. From its first day on batches must be signed.

    Raises:
        PolicyError: `source` or `signer`, for an unknown source or what is no such key.
    """
    if source not in sources():
        raise PolicyError("source", what=f"没有“{source}”这个来源", todo="用 anmin sources 查看来源代码")
    text = public.strip().lower().removeprefix("04") if len(public.strip()) == 130 else public.strip().lower()
    try:
        is_key = len(bytes.fromhex(text)) == PUBLIC_BYTES
    except ValueError:
        is_key = False
    if not is_key:
        raise PolicyError("signer", what="这不是 SM2 公钥", todo="请给 64 字节的十六进制公钥（可带 04 前缀）")
    if SourceSigner.objects.filter(source=source, public=text).exists():
        raise PolicyError("signer", what="这个公钥已经登记过了", todo="换钥请登记新公钥，再停用旧的")
    if last_day is not None and last_day < first_day:
        raise PolicyError("signer", what="公钥停用日早于启用日", todo="核对两个日期")
    row = SourceSigner(
        source=source, public=text, first_day=first_day, last_day=last_day, registered_by=str(by)[:150]
    )
    row.save()
    after = {"source": source, "public": text[:16], "first_day": first_day, "last_day": last_day}
    audit.record(by=by, act="facts.signer.register", subject=row, after=after)
    return row


@transaction.atomic
def end_signer(*, by: Any, signer: SourceSigner, last_day: date, reason: str) -> SourceSigner:
    """End a key (停用签名公钥); batches that it signed stay."""
    row = SourceSigner.objects.select_for_update().get(pk=signer.pk)
    row.last_day = max(last_day, row.first_day)
    row.save()
    audit.record(by=by, act="facts.signer.end", subject=row, after={"last_day": row.last_day}, reason=reason)
    return row


def signers_of(source: str, on: date) -> list[SourceSigner]:
    """The keys of a source in force on a day; rows that were edited by hand do not count."""
    rows = SourceSigner.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), source=source, first_day__lte=on
    )
    return [row for row in rows if row.is_coded]


def check_signature(source: str, period: str, path: Path, signature: str, on: date) -> str:
    """The signature of a file in hexadecimal, verified; empty where the source signs nothing.

    Raises:
        PolicyError: `unsigned` or `bad_signature`, when the source has a key in force and the file is not signed by it.
    """
    keys = SourceSigner.objects.filter(source=source, first_day__lte=on)
    must = keys.filter(Q(last_day__isnull=True) | Q(last_day__gte=on)).exists()
    if not must:
        return ""
    if not signature.strip():
        raise PolicyError(
            "unsigned",
            what="这个来源登记了签名公钥，文件没有签名",
            where=path.name,
            todo="请来源单位用登记的 SM2 私钥签名，连同签名一起报送",
        )
    given, message = _bytes(signature), signed_message(source, period, path)
    if any(is_signed_by(bytes.fromhex(row.public), message, given) for row in signers_of(source, on)):
        return given.hex()
    raise PolicyError(
        "bad_signature",
        what="签名与文件、来源或期间不符",
        where=path.name,
        todo="文件可能被改动过，或签名用错了密钥；请来源单位重新签名报送",
    )


def _bytes(signature: str) -> bytes:
    text = "".join(signature.split())
    try:
        return bytes.fromhex(text)
    except ValueError:
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return b""
