"""Key providers (密钥提供者): they wrap the ring's keys and let nobody see their own.

`development` keeps its master key in a file beside the data and is refused in production. `credential` reads it
from a file outside the data, such as a systemd credential. A hardware module or key service plugs in as a class
with the same two methods; `mock-hsm` shows how, and answers only with its PIN.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Protocol

from anmin.lib.crypto import SealBroken, SealingKey, derived, hmac_sm3, is_same, seal, unseal


class KeyProblem(RuntimeError):
    """Keys cannot be used; the message says which and what to do."""


class KeyProvider(Protocol):
    """Wraps and unwraps the keys of a ring (密钥加密密钥)."""

    name: str

    def wrap(self, secret: bytes, label: str) -> bytes:
        """A key as it may be stored, bound to its label."""

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """The key again; raises KeyProblem."""


class MasterKeyProvider:
    """Wraps with a master key that it derives its own key from."""

    def __init__(self, master: bytes, name: str) -> None:
        self.name = name
        self._key = SealingKey(0, derived(master, "anmin wrap", 16))

    def wrap(self, secret: bytes, label: str) -> bytes:
        """A key as it may be stored."""
        return seal(self._key, secret, label.encode())

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """The key again; raises KeyProblem."""
        try:
            return unseal(lambda number: self._key, wrapped, label.encode())
        except SealBroken as problem:
            raise KeyProblem(
                f"密钥“{label}”不能用主密钥打开：主密钥不对，或密钥文件被改动过；请换回原来的主密钥或从密钥备份恢复"
            ) from problem


def development(home: Path) -> MasterKeyProvider:
    """A master key in a file beside the data, made on first use: for development and demonstration only."""
    path = home / "master.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, secrets.token_bytes(32))
    return MasterKeyProvider(path.read_bytes(), "development")


def credential(path: str) -> MasterKeyProvider:
    """The master key from a file that the operator provides, at least 32 bytes.

    Raises:
        KeyProblem: when there is no such file or it is too short.
    """
    try:
        master = Path(path).read_bytes()
    except OSError as problem:
        raise KeyProblem(
            f"读不到主密钥文件 {path or '（未设置 ANMIN_MASTER_KEY）'}：{problem.strerror}"
        ) from problem
    if len(master) < 32:
        raise KeyProblem(f"主密钥文件 {path} 只有 {len(master)} 字节，至少需要 32 字节")
    return MasterKeyProvider(master, "credential")


class MockModule:
    """A hardware module in miniature (密码机): its key never leaves it, and it answers only to its PIN."""

    name = "mock-hsm"

    def __init__(self, device: Path, pin: str) -> None:
        if not device.exists():
            device.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            root = secrets.token_bytes(32)
            _write_once(device, root + hmac_sm3(root, pin.encode()))
        content = device.read_bytes()
        if not is_same(content[32:], hmac_sm3(content[:32], pin.encode())):
            raise KeyProblem("密码机口令不对；请核对 ANMIN_KEY_PIN")
        self._inner = MasterKeyProvider(content[:32], self.name)

    def wrap(self, secret: bytes, label: str) -> bytes:
        """A key as it may be stored."""
        return self._inner.wrap(secret, label)

    def unwrap(self, wrapped: bytes, label: str) -> bytes:
        """The key again; raises KeyProblem."""
        return self._inner.unwrap(wrapped, label)


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads; another process that was first wins."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
