"""Register a system that speaks the exchange standard, and end that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.db import transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.partners.actions import PartnerProblem
from anmin.kernel.partners.models import PartnerKey, Sender

SM2_KEY = re.compile(r"[0-9a-f]{128}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?")
LEAST_RSA = 2048


@transaction.atomic
def register_sender(
    *,
    by: Any,
    key: PartnerKey,
    sender_id: str,
    public_key: str = "",
    algorithm: str = Sender.Algorithm.SM2,
    is_stub_allowed: bool = False,
    callback_hosts: Sequence[str] = (),
    callback_uri: str = "",
    receiver_id: str = "anmin",
) -> Sender:
    """Register a system that speaks the exchange standard (登记标准接口发送方).

    Raises:
        PartnerProblem: without a public key where none may be missing; in production a signature is always needed.
    """
    public_key, sender_id = public_key.strip(), sender_id.strip()
    if not sender_id or not sender_id.isprintable() or len(sender_id) > 99:
        raise PartnerProblem("请填写发送方标识（sender_id），最长 99 个字符")
    if Sender.objects.filter(sender_id=sender_id).exists():
        raise PartnerProblem(f"发送方标识 {sender_id} 已经登记过，请换一个")
    if is_stub_allowed and settings.PRODUCTION:
        raise PartnerProblem("生产环境的发送方必须签名，不能登记为免签")
    if not public_key and not is_stub_allowed:
        raise PartnerProblem("请登记发送方的公钥：SM2 为 128 位十六进制，JWS 为 PEM")
    if public_key:
        _must_fit(public_key, algorithm)
    if "registry" not in key.powers:
        raise PartnerProblem("这把密钥没有标准接口的权限，不能登记发送方")
    hosts = sorted({host.strip() for host in callback_hosts if host.strip()})
    if wrong := [host for host in hosts if not HOST.fullmatch(host)]:
        raise PartnerProblem(f"回调主机只写主机名或“主机名:端口”：{'、'.join(wrong)}")
    if callback_uri and (urlsplit(callback_uri).hostname or "") not in {h.split(":")[0] for h in hosts}:
        raise PartnerProblem("默认回调地址的主机不在登记的回调主机里")
    row = Sender.objects.create(
        sender_id=sender_id,
        key=key,
        algorithm=algorithm if public_key else "",
        public_key=public_key,
        is_stub_allowed=is_stub_allowed,
        callback_hosts=hosts,
        callback_uri=callback_uri.strip()[:500],
        receiver_id=receiver_id.strip()[:99] or "anmin",
    )
    after = {"sender_id": sender_id, "signs": row.algorithm, "stub": is_stub_allowed, "hosts": hosts}
    audit.record(by=by, act="partners.register_sender", subject=row, after=after)
    return row


def _must_fit(public_key: str, algorithm: str) -> None:
    if algorithm not in Sender.Algorithm.values:
        raise PartnerProblem(f"没有这种签名算法；可以用 {'、'.join(Sender.Algorithm.values)}")
    if algorithm == Sender.Algorithm.SM2:
        if not SM2_KEY.fullmatch(public_key):
            raise PartnerProblem("SM2 公钥应为 64 字节的 128 位小写十六进制")
        return
    try:
        found = load_pem_public_key(public_key.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise PartnerProblem("公钥读不出来：JWS 的公钥应为 PEM，以 -----BEGIN PUBLIC KEY----- 开头") from None
    is_right = (
        (algorithm == "EdDSA" and isinstance(found, Ed25519PublicKey))
        or (
            algorithm == "ES256"
            and isinstance(found, EllipticCurvePublicKey)
            and isinstance(found.curve, SECP256R1)
        )
        or (algorithm == "RS256" and isinstance(found, RSAPublicKey) and found.key_size >= LEAST_RSA)
    )
    if not is_right:
        raise PartnerProblem(f"公钥与 {algorithm} 不符；RSA 至少 {LEAST_RSA} 位，ES256 用 P-256 曲线")


@transaction.atomic
def end_sender(*, by: Any, sender: Sender, reason: str) -> Sender:
    """Take no more messages from a system (停用发送方).

    Raises:
        PartnerProblem: without a reason.
    """
    if not reason.strip():
        raise PartnerProblem("停用发送方要写原因")
    row = Sender.objects.select_for_update().get(pk=sender.pk)
    row.is_active = False
    row.save(update_fields=["is_active"])
    audit.record(by=by, act="partners.end_sender", subject=row, after={"is_active": False}, reason=reason)
    return row
