"""Commercial cryptography (商用密码): SM3, SM4-GCM and SM2 as the standards define them; knows no Django.

Bulk work runs in OpenSSL through `cryptography`; SM2 in GmSSL through `gmssl_pyx`. A software key is no certified
module in the sense of GB/T 37092: where keys live is the business of a key provider (`anmin.kernel.keys`).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import gmssl_pyx
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE, TAG = 12, 16
HEAD = struct.Struct(">BI")
"""What every sealed value begins with: suite and key number, in network order."""


class SealBroken(ValueError):
    """A sealed value was changed, moved to another place, or sealed with a key that is not at hand."""


class Suite(IntEnum):
    """How a value is sealed; the number is written into every value, so that suites can stand side by side."""

    SM4_GCM = 1
    AES_256_GCM = 2

    @property
    def key_size(self) -> int:
        """Bytes of a key of this suite."""
        return 16 if self is Suite.SM4_GCM else 32


@dataclass(frozen=True)
class SealingKey:
    """A key with the number that sealed values carry. Its bytes never appear in its text."""

    number: int
    secret: bytes
    suite: Suite = Suite.SM4_GCM

    def __post_init__(self) -> None:
        if len(self.secret) != self.suite.key_size:
            raise ValueError(f"{self.suite.name} 的密钥应为 {self.suite.key_size} 字节")

    def __repr__(self) -> str:
        return f"SealingKey(number={self.number}, suite={self.suite.name})"


def sm3(data: bytes) -> bytes:
    """The 32 bytes of the SM3 hash (GB/T 32905-2016)."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def sm3_of_file(path: Path) -> bytes:
    """The SM3 hash of a file, read in pieces."""
    digest = hashes.Hash(hashes.SM3())
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.finalize()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """The 32 bytes of HMAC with SM3 (GB/T 15852.2)."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()


def hmac_sm3_with(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SM3 under one key for many messages: the key is prepared once."""
    prepared = hmac.HMAC(key, hashes.SM3())

    def code(data: bytes) -> bytes:
        mac = prepared.copy()
        mac.update(data)
        return mac.finalize()

    return code


def is_same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are equal, in a time that says nothing about where they differ."""
    return constant_time.bytes_eq(one, other)


def derived(secret: bytes, purpose: str, length: int = 32) -> bytes:
    """A key for one purpose out of another key (HKDF with SM3)."""
    return HKDF(algorithm=hashes.SM3(), length=length, salt=None, info=purpose.encode()).derive(secret)


def seal(key: SealingKey, plain: bytes, bound: bytes) -> bytes:
    """Encrypt so that the value opens only where it belongs: `bound` names table, column and row.

    The same text twice gives different bytes. Layout: suite, key number, nonce, ciphertext, tag.
    """
    head, nonce = HEAD.pack(key.suite, key.number), os.urandom(NONCE)
    encryptor = Cipher(_algorithm(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(head + bound)
    return head + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def key_number_of(sealed: bytes) -> int:
    """The number of the key a value was sealed with.

    Raises:
        SealBroken: when the value is too short to be one.
    """
    if len(sealed) < HEAD.size + NONCE + TAG:
        raise SealBroken("密文不完整")
    return int(HEAD.unpack_from(sealed)[1])


def unseal(key_of: Callable[[int], SealingKey], sealed: bytes, bound: bytes) -> bytes:
    """Decrypt a value in the place it belongs to.

    Raises:
        SealBroken: when a bit was changed, the value was cut, or stands in another row, column or table.
    """
    key = key_of(key_number_of(sealed))
    if sealed[0] != key.suite:
        raise SealBroken("密文的算法与密钥不符")
    head, rest = sealed[: HEAD.size], sealed[HEAD.size :]
    nonce, body, tag = rest[:NONCE], rest[NONCE:-TAG], rest[-TAG:]
    decryptor = Cipher(_algorithm(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(head + bound)
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag as problem:
        raise SealBroken("密文被改动过，或不在它原来的位置") from problem


def _algorithm(key: SealingKey) -> algorithms.SM4 | algorithms.AES:
    return algorithms.SM4(key.secret) if key.suite is Suite.SM4_GCM else algorithms.AES(key.secret)


@dataclass(frozen=True)
class Signer:
    """An SM2 key pair (GB/T 32918.2): 64 bytes public, 32 bytes private."""

    public: bytes
    private: bytes

    @classmethod
    def new(cls) -> Signer:
        """A fresh key pair."""
        public, private = gmssl_pyx.sm2_key_generate()
        return cls(bytes(public), bytes(private))

    def sign(self, message: bytes) -> bytes:
        """The signature over a message, DER, with the standard's default signer identity."""
        return bytes(gmssl_pyx.sm2_sign(self.private, self.public, message))

    def __repr__(self) -> str:
        return f"Signer(public={self.public.hex()[:16]}…)"


def is_signed_by(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature over a message was made with the private half of a public key."""
    try:
        return bool(gmssl_pyx.sm2_verify(public, message, signature))
    except (gmssl_pyx.GmsslInnerError, ValueError):
        return False
