"""Receipts (归档回执): which acts of a month were put away in which file, signed, kept beside the anchors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

from anmin.kernel.audit.anchors import anchors_home
from anmin.kernel.audit.chain import Broken, Row, first_broken
from anmin.kernel.keys.queries import ring
from anmin.lib.crypto import is_signed_by, sm3_of_file


@dataclass(frozen=True)
class Receipt:
    """Acts `first` to `last` lie in a file whose SM3 is `digest`; `before` and `head` are the hashes around them."""

    month: str
    first: int
    last: int
    before: str
    head: str
    file: str
    digest: str
    at: str
    public: str = ""
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        bare = {**asdict(self), "signature": ""}
        return f"anmin receipt {json.dumps(bare, sort_keys=True)}".encode()


def write_receipt(receipt: Receipt) -> Path:
    """Sign a receipt and write it; a month has one."""
    signer = ring().signer
    row = replace(receipt, public=signer.public.hex())
    row = replace(row, signature=signer.sign(row.message).hex())
    path = anchors_home() / f"archived-{receipt.month}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(json.dumps(asdict(row)), "utf-8")
    return path


def receipts() -> list[Receipt]:
    """Every receipt that can be read, oldest month first."""
    found = []
    for path in sorted(anchors_home().glob("archived-*.json")):
        try:
            found.append(Receipt(**json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, TypeError):
            continue
    return found


def problem_with_receipt(receipt: Receipt) -> str:
    """What is wrong with a receipt itself; empty when this installation signed it."""
    if receipt.public not in ring().signers:
        return f"{receipt.month} 的归档回执不是本系统的密钥签的"
    try:
        signature = bytes.fromhex(receipt.signature)
    except ValueError:
        return f"{receipt.month} 的归档回执的签名读不出来"
    if not is_signed_by(bytes.fromhex(receipt.public), receipt.message, signature):
        return f"{receipt.month} 的归档回执的签名不对，文件被改动过"
    return ""


def problem_with_archive(receipt: Receipt, folder: Path) -> str:
    """What is wrong with a month that was put away: its receipt, its file, or its acts; empty when all hold."""
    if problem := problem_with_receipt(receipt):
        return problem
    path = folder / receipt.file
    if not path.is_file():
        return f"{receipt.month} 的归档文件 {receipt.file} 不见了"
    if sm3_of_file(path).hex() != receipt.digest:
        return f"{receipt.month} 的归档文件 {receipt.file} 被改动过"
    broken, end = first_broken(_rows_of(path), (receipt.first - 1, receipt.before))
    if broken is not None:
        return f"{receipt.month} 的归档里第 {broken.number} 号记录{broken.problem}"
    return "" if end == (receipt.last, receipt.head) else f"{receipt.month} 的归档与回执对不上"


def broken_in(path: Path, first: int, before: str) -> tuple[Broken | None, tuple[int, str]]:
    """Walk along the acts of a file: the first that does not hold, and where the walk ended."""
    return first_broken(_rows_of(path), (first - 1, before))


def _rows_of(path: Path) -> Iterator[Row]:
    columns = ["number", "key", "previous", "hash", "line"]
    for batch in pq.ParquetFile(path).iter_batches(columns=columns):
        table = batch.to_pydict()
        for number, key, previous, own, line in zip(*(table[name] for name in columns), strict=True):
            yield number, key, previous, own, f"{previous}\n{line}".encode()
