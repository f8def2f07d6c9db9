"""The key ring (密钥环): the installation's keys by purpose and number, wrapped by the provider, in one file.

Purposes: `data` seals columns, `index` makes blind indexes and search tokens, `chain` links the book of acts,
`row` codes rows of rights, `anchor` signs its anchors. The index key is apart from the data key: who has one cannot
do the other's work.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from anmin.kernel.keys.providers import KeyProblem, KeyProvider
from anmin.lib.crypto import SealBroken, SealingKey, Signer, Suite

SYMMETRIC = {"data": 16, "index": 32, "chain": 32, "row": 32}
ANCHOR = "anchor"
PURPOSES = (*SYMMETRIC, ANCHOR)
LOOK_AGAIN = 1.0
"""Seconds after which a process looks whether another one has changed the ring."""


@dataclass(frozen=True)
class RingKey:
    """One key of the ring: `active` seals, `readable` only opens, `destroyed` is a number and a date."""

    purpose: str
    number: int
    state: str
    made_at: str
    wrapped: str
    suite: str = Suite.SM4_GCM.name

    @property
    def label(self) -> str:
        """What the wrapped key is bound to."""
        return f"{self.purpose}/{self.number}"


class KeyRing:
    """The keys in a file, opened by a provider. A new ring is made on first use."""

    def __init__(self, path: Path, provider: KeyProvider) -> None:
        self.path, self.provider = path, provider
        self._opened: dict[tuple[str, int], bytes] = {}
        if not path.exists():
            with self._locked():
                if not path.exists():
                    self._write([self._made(purpose, 1) for purpose in PURPOSES])
        self.reload()
        for purpose in PURPOSES:
            if not any(key.purpose == purpose for key in self.keys):
                self.add(purpose)  # a ring from before there was this purpose

    def reload(self) -> None:
        """Read the file again: another process may have added or destroyed a key."""
        self._looked, self._stamp = time.monotonic(), self._changed_at()
        self.keys = self._read()
        self._opened.clear()
        self._data_keys: dict[int, SealingKey] = {}
        self._active: RingKey | None = None
        for name in ("signer", "signers"):
            self.__dict__.pop(name, None)

    def look_again(self) -> None:
        """Read the file again when it was changed since; the file itself is looked at once a second at most."""
        now = time.monotonic()
        if now - self._looked < LOOK_AGAIN:
            return
        self._looked = now
        if self._changed_at() != self._stamp:
            self.reload()

    def _changed_at(self) -> tuple[int, int]:
        try:
            status = self.path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino

    def active(self, purpose: str) -> RingKey:
        """The key that new values are sealed with."""
        found = [key for key in self.keys if key.purpose == purpose and key.state == "active"]
        if not found:
            raise KeyProblem(f"没有可用的“{purpose}”密钥；请运行 anmin keys list 查看，或从密钥备份恢复")
        return found[-1]

    def secret(self, purpose: str, number: int) -> bytes:
        """The bytes of a key.

        Raises:
            KeyProblem: when it was destroyed or never existed.
        """
        known = self._opened.get((purpose, number))
        if known is not None:
            return known
        for key in self.keys:
            if (key.purpose, key.number) == (purpose, number):
                if key.state == "destroyed":
                    raise KeyProblem(f"“{purpose}”第 {number} 号密钥已销毁，用它加密的内容不能再打开")
                secret = self.provider.unwrap(base64.b64decode(key.wrapped), key.label)
                self._opened[(purpose, number)] = secret
                return secret
        raise KeyProblem(f"没有“{purpose}”第 {number} 号密钥；密钥环可能不是这个数据库的，请核对密钥备份")

    def data_key(self, number: int | None = None) -> SealingKey:
        """The key that seals columns, or an older one by its number; a number nobody knows breaks the seal."""
        if number is None:
            if self._active is None:
                self._active = self.active("data")
            number = self._active.number
        known = self._data_keys.get(number)
        if known is None:
            try:
                secret = self.secret("data", number)
            except KeyProblem as problem:
                raise SealBroken(str(problem)) from problem
            suite = next(key.suite for key in self.keys if (key.purpose, key.number) == ("data", number))
            known = self._data_keys[number] = SealingKey(number, secret, Suite[suite])
        return known

    @cached_property
    def signer(self) -> Signer:
        """The SM2 pair that signs anchors and batches."""
        both = self.secret(ANCHOR, self.active(ANCHOR).number)
        return Signer(both[:64], both[64:])

    @cached_property
    def signers(self) -> frozenset[str]:
        """The public halves, in hexadecimal, of every pair that ever signed here and was not destroyed."""
        kept = [key for key in self.keys if key.purpose == ANCHOR and key.state != "destroyed"]
        return frozenset(self.secret(ANCHOR, key.number)[:64].hex() for key in kept)

    def add(self, purpose: str, suite: Suite = Suite.SM4_GCM) -> RingKey:
        """A new active key; the one before stays readable. The suite counts for keys that seal."""
        with self._locked():
            rows = self._read()
            number = max((key.number for key in rows if key.purpose == purpose), default=0) + 1
            rows = [
                replace(key, state="readable") if key.purpose == purpose and key.state == "active" else key
                for key in rows
            ]
            made = self._made(purpose, number, suite)
            self._write([*rows, made])
        self.reload()
        return made

    def destroy(self, purpose: str, number: int) -> None:
        """Forget a key for good; an active one cannot be destroyed."""
        with self._locked():
            rows = self._read()
            for at, key in enumerate(rows):
                if (key.purpose, key.number) == (purpose, number):
                    if key.state == "active":
                        raise KeyProblem("正在使用的密钥不能销毁；请先轮换")
                    rows[at] = replace(key, state="destroyed", wrapped="")
            self._write(rows)
        self.reload()

    def _made(self, purpose: str, number: int, suite: Suite = Suite.SM4_GCM) -> RingKey:
        if purpose == ANCHOR:
            pair = Signer.new()
            secret = pair.public + pair.private
        else:
            secret = secrets.token_bytes(suite.key_size if purpose == "data" else SYMMETRIC[purpose])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = RingKey(purpose, number, "active", now, "", suite.name)
        return replace(row, wrapped=base64.b64encode(self.provider.wrap(secret, row.label)).decode())

    def _read(self) -> list[RingKey]:
        try:
            content: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError) as problem:
            raise KeyProblem(f"密钥文件 {self.path.name} 读不出来：{problem}；请从密钥备份恢复") from problem
        return [RingKey(**row) for row in content["keys"]]

    def _write(self, rows: list[RingKey]) -> None:
        """Replace the file in one step, so that a crash leaves either the old ring or the new one."""
        content = json.dumps({"provider": self.provider.name, "keys": [vars(row) for row in rows]}, indent=1)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".ring")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.path.parent / "ring.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
