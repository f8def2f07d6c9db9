"""Signatures over messages of the exchange standard: JWS with the payload detached, and SM2 for domestic systems."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from jwt.api_jws import PyJWS

from anmin.kernel.keys.queries import installation_secret, ring
from anmin.kernel.partners.models import Sender
from anmin.lib.crypto import derived, is_signed_by

STUB = "unsigned-stub"
"""What stands in the place of a signature in tests of the standard; no sender of a production installation may use it."""
OWN = "anmin-ed25519"
"""The number of our own key in JWS headers; the public half stands at `keys.json`."""


class SignatureProblem(ValueError):
    """A message that is not signed as its sender registered; `is_missing` when it is not signed at all."""

    def __init__(self, *, is_missing: bool = False) -> None:
        super().__init__("a message is signed" if is_missing else "the signature does not fit the message")
        self.is_missing = is_missing


def signed_bytes(header: Mapping[str, Any], message: Mapping[str, Any]) -> bytes:
    """What a signature is over: header and message as JSON, names in order, no spaces, UTF-8 unescaped."""
    parts = {"header": header, "message": message}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def check(sender: Sender, body: Mapping[str, Any]) -> None:
    """Whether a message comes from its sender.

    Raises:
        SignatureProblem: for a signature that is missing, does not fit, or is a stub where none is allowed.
    """
    signature = body.get("signature")
    if not signature or not isinstance(signature, str):
        raise SignatureProblem(is_missing=True)
    if not sender.public_key:
        if signature != STUB or not sender.is_stub_allowed:
            raise SignatureProblem
        return
    text = signed_bytes(body["header"], body["message"])
    is_good = _sm2 if sender.algorithm == Sender.Algorithm.SM2 else _jws
    if not is_good(sender, signature, text):
        raise SignatureProblem


def _sm2(sender: Sender, signature: str, text: bytes) -> bool:
    try:
        return is_signed_by(bytes.fromhex(sender.public_key), text, bytes.fromhex(signature))
    except ValueError:
        return False


def _jws(sender: Sender, signature: str, text: bytes) -> bool:
    """Detached by RFC 7515 appendix F, or unencoded and detached by RFC 7797. The algorithm is the registered one."""
    head, _, rest = signature.partition(".")
    middle, _, end = rest.partition(".")
    if middle or not end or not signature.isascii():
        return False
    key = load_pem_public_key(sender.public_key.encode())
    try:
        unencoded = jwt.get_unverified_header(signature).get("b64") is False
        whole = signature if unencoded else f"{head}.{_base64(text)}.{end}"
        PyJWS().decode_complete(
            whole,
            key=key,  # type: ignore[arg-type]
            algorithms=[sender.algorithm],
            detached_payload=text if unencoded else None,
        )
    except (jwt.PyJWTError, ValueError):
        return False
    return True


def sign(sender: Sender, header: Mapping[str, Any], message: Mapping[str, Any]) -> str:
    """Our signature over an answer: SM2 for a sender that signs so itself, otherwise JWS with EdDSA."""
    text = signed_bytes(header, message)
    if sender.algorithm == Sender.Algorithm.SM2:
        return ring().signer.sign(text).hex()
    head, _, end = PyJWS().encode(text, _own(), algorithm="EdDSA", headers={"kid": OWN}).split(".")
    return f"{head}..{end}"


def public_keys() -> dict[str, Any]:
    """Our public keys as a JWK set (RFC 7517, RFC 8037); SM2 as the curve's two coordinates."""
    raw = _own().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    ours = ring().signer.public
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": OWN, "use": "sig", "alg": "EdDSA", "x": _base64(raw)},
            {
                "kty": "EC",
                "crv": "SM2",
                "kid": f"anmin-sm2-{ours.hex()[:8]}",
                "use": "sig",
                "x": _base64(ours[:32]),
                "y": _base64(ours[32:]),
            },
        ]
    }


def _own() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived(installation_secret(), "exchange-ed25519", 32))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
