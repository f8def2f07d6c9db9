"""Anchors (锚点): the count and head of the book of acts, signed and kept where the database's keeper cannot write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import is_signed_by


@dataclass(frozen=True)
class Anchor:
    """The book as it was at a moment: so many acts, the last with this hash."""

    number: int
    head: str
    at: str
    public: str
    signature: str
    file: str = ""

    @property
    def moment(self) -> datetime | None:
        """When it was written; None when that cannot be read."""
        try:
            return datetime.fromisoformat(self.at)
        except ValueError:
            return None

    @property
    def message(self) -> bytes:
        """What is signed."""
        return f"anmin anchor {self.number} {self.head} {self.at}".encode()


def anchors_home() -> Path:
    """The folder of anchors; in production a place of its own, outside the database's machine or write-once."""
    return Path(settings.ANCHORS or Path(settings.ANMIN_HOME) / "anchors")


def anchors() -> list[Anchor]:
    """Every anchor kept, oldest first; one that cannot be read is an anchor with a broken signature."""
    found = []
    for path in sorted(anchors_home().glob("anchor-*.json")):
        try:
            content = json.loads(path.read_text("utf-8"))
            found.append(Anchor(**{**content, "file": path.name}))
        except (OSError, ValueError, TypeError):
            number = int(path.stem.split("-")[1]) if path.stem.split("-")[1].isdigit() else 0
            found.append(Anchor(number, "", "", "", "", path.name))
    return sorted(found, key=lambda row: row.number)


def problem_with(anchor: Anchor) -> str:
    """What is wrong with an anchor itself; empty when it was signed by this installation's key."""
    if anchor.public not in ring().signers:
        return f"锚点 {anchor.file} 不是本系统的密钥签的"
    public = bytes.fromhex(anchor.public)
    try:
        signature = bytes.fromhex(anchor.signature)
    except ValueError:
        return f"锚点 {anchor.file} 的签名读不出来"
    return (
        ""
        if is_signed_by(public, anchor.message, signature)
        else f"锚点 {anchor.file} 的签名不对，文件被改动过"
    )


def write_anchor(number: int, head: str) -> Path:
    """Sign and write an anchor beside the others; a name is never used twice."""
    signer = ring().signer
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    bare = Anchor(number, head, at, signer.public.hex(), "")
    content = {
        "number": number,
        "head": head,
        "at": at,
        "public": bare.public,
        "signature": signer.sign(bare.message).hex(),
    }
    folder = anchors_home()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"anchor-{number:012d}-{at.replace(':', '').replace('+0000', '')}.json"
    with path.open("x", encoding="utf-8") as file:
        json.dump(content, file)
    return path
