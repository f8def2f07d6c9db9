"""The list that goes with a backup (备份清单): every file with size and hash, where the book of acts stood, signed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import is_signed_by

LIST, SIGNATURE = "manifest.json", "manifest.sig"
DUMP, FILES = "database.dump", "files"
PIECE = 1 << 20


class BadBackup(ValueError):
    """A folder is no backup, or not a whole one; the text names the file and says what to do."""


@dataclass(frozen=True)
class Head:
    """Where the book of acts stood: how many rows, the last one's number and hash."""

    rows: int
    last: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    version: str
    server: str
    database: str
    head: Head
    migrations: list[str]
    counts: dict[str, int]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(int(row["bytes"]) for row in self.files.values())


def hashed(path: Path) -> str:
    """The SHA-256 of a file, as lower-case hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while piece := opened.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Every file of a backup but the list itself."""
    return {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": hashed(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (LIST, SIGNATURE)
    }


def write(folder: Path, manifest: Manifest) -> None:
    """Write the list and its signature (SM2, by the key that signs the anchors)."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / LIST).write_text(text, "utf-8")
    signer = ring().signer
    signed = {"public": signer.public.hex(), "signature": signer.sign(text.encode()).hex()}
    (folder / SIGNATURE).write_text(json.dumps(signed), "utf-8")


def read(folder: Path, *, any_signer: bool = False) -> Manifest:
    """The list of a backup, after its signature and every file were checked.

    A signature of another installation's key is refused unless `any_signer`: after the loss of a machine the keys
    are restored first.

    Raises:
        BadBackup: naming what is missing or changed.
    """
    try:
        text = (folder / LIST).read_text("utf-8")
        signed = json.loads((folder / SIGNATURE).read_text("utf-8"))
        raw = json.loads(text)
        manifest = Manifest(**{**raw, "head": Head(**raw["head"])})
        public, signature = bytes.fromhex(signed["public"]), bytes.fromhex(signed["signature"])
    except (OSError, ValueError, TypeError, KeyError) as trouble:
        raise BadBackup(
            f"{folder} 不是完整的备份：清单或签名读不出来。没有完成的备份没有清单，请换一个备份目录。"
        ) from trouble
    if not is_signed_by(public, text.encode(), signature):
        raise BadBackup(f"{folder / LIST} 的签名不对：清单被改动过。请换一个备份，并查明是谁改的。")
    if not any_signer and public != ring().signer.public:
        raise BadBackup(
            "这个备份由另一套密钥签名，不是本系统做的，或者密钥还没有恢复。先恢复密钥：anmin restore-keys 密钥备份文件"
        )
    for name, row in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BadBackup(f"备份缺少文件 {name}。请换一个备份。")
        if path.stat().st_size != row["bytes"] or hashed(path) != row["sha256"]:
            raise BadBackup(f"备份里的文件 {name} 与清单不一致：被改动过，或磁盘出错。请换一个备份。")
    return manifest
