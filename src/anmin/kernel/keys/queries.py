"""The ring in use, blind indexes and search tokens."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from anmin.kernel.keys.providers import KeyProblem, KeyProvider, MockModule, credential, development
from anmin.kernel.keys.ring import KeyRing
from anmin.lib.crypto import hmac_sm3

BLIND = 16
"""Bytes of a blind index: enough that no two of 10¹¹ identity numbers are likely to meet."""


def keys_home() -> Path:
    """Where the ring is kept."""
    return Path(settings.ANMIN_HOME) / "keys"


def key_provider() -> KeyProvider:
    """The provider that the environment names.

    Raises:
        KeyProblem: for an unknown name, and for the development provider in production.
    """
    name = settings.KEY_PROVIDER
    if name == "development":
        if settings.PRODUCTION:
            raise KeyProblem(
                "生产环境不能使用开发用的密钥提供者：请设置 ANMIN_KEY_PROVIDER=credential 和 ANMIN_MASTER_KEY=主密钥文件"
            )
        return development(keys_home())
    if name == "credential":
        return credential(settings.MASTER_KEY)
    if name == "mock-hsm":
        return MockModule(Path(settings.MASTER_KEY or keys_home() / "module"), settings.KEY_PIN)
    raise KeyProblem(f"不认识的密钥提供者“{name}”；可以用 development、credential、mock-hsm")


@lru_cache(maxsize=4)
def _ring(home: Any, provider: str) -> KeyRing:
    return KeyRing(Path(home) / "keys" / "ring.json", key_provider())


def ring() -> KeyRing:
    """The installation's key ring, opened once a process; what another process changed is seen within a second."""
    keys = _ring(settings.ANMIN_HOME, settings.KEY_PROVIDER)
    keys.look_again()
    return keys


@lru_cache(maxsize=4)
def _index_key(home: Any, provider: str) -> bytes:
    keys = _ring(home, provider)
    return keys.secret("index", keys.active("index").number)


def installation_secret() -> bytes:
    """What other keys of the installation are derived from (HKDF), each for a purpose of its own; never rotated."""
    return _index_key(settings.ANMIN_HOME, settings.KEY_PROVIDER)


def _hashed(kind: str, text: str) -> bytes:
    return hmac_sm3(_index_key(settings.ANMIN_HOME, settings.KEY_PROVIDER), f"{kind}\x1f{text}".encode())


def blind_index(kind: str, text: str) -> bytes:
    """The keyed hash by which a sealed value is found: 16 bytes of HMAC-SM3 over kind and normalised text.

    Keyed, because eighteen digits can be tried out one by one against a plain hash.
    """
    return _hashed(kind, text)[:BLIND]


def token(kind: str, text: str) -> int:
    """A search token: the first eight bytes of the keyed hash as a signed 64-bit number."""
    return int.from_bytes(_hashed(kind, text)[:8], "big", signed=True)
