"""How files reach a bank and answers come back (银企通道): one protocol, one module a way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

ACCEPTED, REFUSED, PENDING, ABSENT = "accepted", "refused", "pending", "absent"


class Silence(Exception):
    """Nothing came back: whether the bank has it is not known."""


@dataclass(frozen=True)
class Answer:
    """What a bank says of a file: accepted, refused, still pending, or never received (absent)."""

    word: str
    reference: str = ""
    reason: str = ""


class Port(Protocol):
    """A way to a bank. Every method may raise Silence."""

    def send(self, key: str, content: bytes) -> Answer:
        """Hand a file over under its key."""

    def ask(self, key: str) -> Answer:
        """Whether a file of this key is there."""

    def collect(self) -> list[tuple[str, bytes]]:
        """Files of returns that wait, with their names; the same may come again."""
